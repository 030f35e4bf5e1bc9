"""The groups of ``nemorun``: plug-in packages are named without being imported, and imported when used."""

from __future__ import annotations

from typing import Any

import typer

from nemo_run._registry import discovery, entrypoints
from nemo_run.cli._quick import QuickGroup


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
        return _load(cmd_name, is_plugin=is_plugin)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        self._names_only = True
        try:
            super().format_commands(ctx, formatter)
        finally:
            self._names_only = False


def _load(name: str, *, is_plugin: bool) -> Any:
    if is_plugin:
        discovery.load_plugins()
        discovery.report(name)
    elif name not in entrypoints.tree():
        _search(name)
    node = entrypoints.tree().get(name)
    if node is None and not is_plugin:
        return None
    return _command(name, {} if node is None else node)


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
