"""``nemorun devspace``: places to work in, on the machines of an executor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemo_run.cli import _ending, _simple
from nemo_run.cli._entrypoint import Entrypoint
from nemo_run.cli._quick import QuickCommand, QuickGroup

if TYPE_CHECKING:
    from nemo_run.devspace.base import DevSpace

HOW_TO_CONNECT = "To connect to the tunnel, run the following command on your local machine:"
"""What is printed, on a line of its own, once a server takes connections; programs wait for it."""


def create() -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(
        cls=QuickGroup,
        help="[Module] Manage devspaces",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    _simple.add(app, Entrypoint(launch, namespace="devspace", enable_executor=False))
    for command in (connect, sshserver):
        app.command(command.__name__, cls=QuickCommand)(_ending.as_command(command))
    return app


def launch(space: DevSpace) -> None:
    """Launch a devspace: space=NAME space.executor=NAME space.FIELD=VALUE ..."""
    from nemo_run.devspace.base import attach

    made_from: Any = getattr(launch, "__io__", None)
    if made_from is not None:
        attach(space, made_from.space)
    space.launch()


def connect(
    host: Annotated[str, typer.Argument(metavar="HOST", help="user@hostname.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Folder of the devspace's server there.")],
) -> None:
    """Open a devspace that runs on another machine, until Ctrl-C."""
    from nemo_run.devspace.base import DevSpace

    DevSpace.connect(host, path)


def sshserver(
    space_zlib: Annotated[str, typer.Argument(metavar="SPACE_ZLIB", help="The devspace, serialized.")],
    verbose: Annotated[
        bool, typer.Option("--verbose/--no-verbose", show_default=False, help="Log every step.")
    ] = False,
    hostname: Annotated[
        str | None,
        typer.Option(
            "--hostname",
            metavar="NAME",
            help="Name of this machine to listen on; without it only its own programs can connect.",
        ),
    ] = None,
) -> None:
    """Serve a devspace on this machine, over SSH, until Ctrl-C.

    Only you can log in, with a key of ~/.ssh/authorized_keys.
    """
    from nemo_run.devspace.base import build
    from nemo_run.devspace.serving import serve

    serve(build(space_zlib), space_zlib, verbose=verbose, hostname=hostname, tell=_tell)


def _tell(address: str, folder: str) -> None:
    """Print the command that connects; programs read it through pipes, too."""
    typer.echo(f"{HOW_TO_CONNECT}{os.linesep}nemorun devspace connect {address} {folder}")
