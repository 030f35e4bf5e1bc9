"""The groups of ``nemorun``: plug-in packages are named without being imported, and imported when used."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

import typer

from nemo_run._registry import discovery, entrypoints
from nemo_run.cli._quick import QuickGroup
from nemo_run.cli._typer_errors import ClickError


class RootGroup(QuickGroup):
    """The program; besides its own commands it has those of plug-in packages and of this process."""

    _names_only = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, without importing any."""
        own = super().list_commands(ctx)
        return list(dict.fromkeys([*own, *discovery.plugin_names(), *entrypoints.tree()]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; imports the plug-in packages where it is one of theirs."""
        own = super().get_command(ctx, cmd_name)
        is_plugin = own is None and cmd_name in discovery.plugin_names()
        if own is not None or (is_plugin and self._names_only):
            return own or _command(cmd_name, {})
        if is_plugin:
            return _of_plugin(cmd_name, must_work=not ctx.resilient_parsing)
        return _found(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        _tell_hidden(super().list_commands(ctx))
        self._names_only = True
        try:
            super().format_commands(ctx, formatter)
        finally:
            self._names_only = False


def _of_plugin(name: str, *, must_work: bool) -> Any:
    """Return the commands of a plug-in; none of one whose import failed half-way."""
    discovery.load_plugins()
    problem = discovery.failure_of(name)
    if problem and must_work:
        raise ClickError(problem)
    return _command(name, {} if problem else entrypoints.tree().get(name, {}))


def _found(name: str) -> Any:
    if name not in entrypoints.tree():
        _search(name)
    node = entrypoints.tree().get(name)
    return None if node is None else _command(name, node)


def _tell_hidden(names: Collection[str]) -> None:
    """Tell of plug-ins that have the name of a command of ``nemorun`` itself."""
    for name in discovery.plugin_names():
        if name in names:
            sys.stderr.write(f"The plug-in {name!r} is left out: nemorun has a command of that name\n")


def _search(name: str) -> None:
    """Load what may have commands of that name, and tell what could not be loaded if it is not there."""
    discovery.load_workspace()
    if name not in entrypoints.tree():
        discovery.load_plugins()
    if name not in entrypoints.tree():
        discovery.report()


def _command(name: str, node: Any) -> Any:
    """Return a command or a group of Click, made from an entry point or a tree of them."""
    from nemo_run.cli._nested import add_nested

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    add_nested(app, {name: node})
    return typer.main.get_group(app).commands[name]
