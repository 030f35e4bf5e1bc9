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

_FIELD = "space."
_EXECUTOR = "space.executor="

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
    _simple.add(app, LaunchCommand(launch, namespace="devspace", enable_executor=False))
    for command in (connect, sshserver):
        app.command(command.__name__, cls=QuickCommand)(_ending.as_command(command))
    return app


class LaunchCommand(Entrypoint):
    """Finds the executor of a space by any name that executors have."""

    def _execute_simple(self, args: list[str], console: Any) -> Any:
        del console
        return _simple.execute(configured(self.fn, args), [])


def configured(fn: Any, words: list[str]) -> Any:
    """Return the configuration of a function of ``space`` with words applied, from left to right.

    Without ``space=``, the other words describe a new space.

    Raises:
        InvalidConfigError: Words that cannot be.
    """
    from nemo_run.cli.cli_parser import parse_cli_args
    from nemo_run.config import Config, Partial
    from nemo_run.devspace.base import DevSpace

    config: Any = Partial(fn)
    if words and all(word.startswith(_FIELD) for word in words):
        config.space = Config(DevSpace)
    for word in words:
        if word.startswith(_EXECUTOR) and hasattr(config, "space"):
            config.space.executor = _executor(word.removeprefix(_EXECUTOR))
        else:
            parse_cli_args(config, [word])
    return config


def _executor(text: str) -> Any:
    from nemo_run.cli._run import named
    from nemo_run.devspace.base import DevSpace

    return named.executor(DevSpace, text)


def launch(space: DevSpace) -> None:
    """Launch a devspace: space=NAME space.executor=NAME space.FIELD=VALUE ..."""
    from nemo_run.devspace.base import attach

    made_from: Any = vars(launch).pop("__io__", None)  # the next space is made of something else
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
    space_zlib: Annotated[
        str,
        typer.Argument(
            metavar="SPACE_ZLIB",
            help="The devspace, serialized: the text, a file with it (as ./NAME), or - for standard input. "
            "Other users of this machine can read the arguments of programs.",
        ),
    ],
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
    from nemo_run.devspace.serving import serve, text_of

    text = text_of(space_zlib)
    serve(build(text), text, verbose=verbose, hostname=hostname, tell=_tell)


def _tell(address: str, folder: str) -> None:
    """Print the command that connects; programs read it through pipes, too."""
    typer.echo(f"{HOW_TO_CONNECT}{os.linesep}nemorun devspace connect {address} {folder}")
