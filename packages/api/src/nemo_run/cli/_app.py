"""The application behind ``nemorun``: groups are added here, and programs may add their own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from nemo_run.cli import devspace, executors, experiment
from nemo_run.cli._complete.command import add_completion_command
from nemo_run.cli._run.groups import RootGroup
from nemo_run.package_info import __package_name__, __version__

_LAZY = "--lazy"


def create_cli(add_verbose_callback: bool = False, nested_entrypoints_creation: bool = True) -> typer.Typer:
    """Return a new application; programs may add commands, groups and a callback to it.

    Args:
        add_verbose_callback: ``--verbose`` and the ``--rich-*`` options may stand before the command, too.
        nested_entrypoints_creation: The packages that bring commands are imported once one of their
            commands is used. Otherwise they are imported now, and every command is added.
    """
    if _LAZY in sys.argv[1:]:
        from nemo_run.cli._run import later

        sys.argv.remove(_LAZY)
        return later.create()
    app = typer.Typer(
        cls=RootGroup,
        help="Configure a task once, run it anywhere.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    _add_options(app, with_globals=add_verbose_callback)
    for group in (experiment, executors, devspace):
        app.add_typer(group.create(), name=group.__name__.rpartition(".")[2])
    add_completion_command(app)
    if not nested_entrypoints_creation:
        _add_everything(app)
    return app


def _add_everything(app: typer.Typer) -> None:
    from nemo_run._registry import discovery, entrypoints
    from nemo_run.cli._nested import add_nested, get_or_add_group

    discovery.load_plugins()
    for name in discovery.plugin_names():
        get_or_add_group(app, name)
    discovery.report()
    failed = discovery.failures()  # what they have registered before does not count
    add_nested(app, {name: node for name, node in entrypoints.tree().items() if name not in failed})


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{__package_name__} {__version__}")
        raise typer.Exit


_VERSION = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
]


def _options(version: _VERSION = False) -> None:
    """Configure a task once, run it anywhere."""


def _add_options(app: typer.Typer, *, with_globals: bool) -> None:
    if not with_globals:
        app.callback()(_options)
        return
    from nemo_run.cli._run.options import GLOBAL_OPTIONS, remember, with_options

    options: Mapping[str, Any] = {"version": _VERSION, **GLOBAL_OPTIONS}
    app.callback()(with_options(options, remember, defaults={"version": False}))
