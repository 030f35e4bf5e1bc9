"""The application behind ``nemorun``: groups are added here, and programs may add their own."""

from __future__ import annotations

from typing import Annotated

import typer

from nemo_run.cli import experiment
from nemo_run.cli._quick import QuickGroup
from nemo_run.package_info import __package_name__, __version__


def create_cli() -> typer.Typer:
    """Return a new application; programs may add commands, groups and a callback to it."""
    app = typer.Typer(
        cls=QuickGroup,
        help="Configure a task once, run it anywhere.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    app.add_typer(experiment.create(), name="experiment")
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{__package_name__} {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Configure a task once, run it anywhere."""
