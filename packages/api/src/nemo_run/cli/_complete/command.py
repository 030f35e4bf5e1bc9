"""``nemorun completion``: print or install the script that makes a shell complete."""

from __future__ import annotations

import os
import shutil
from typing import Annotated

import typer

from nemo_run.cli import _ending
from nemo_run.cli._complete import scripts
from nemo_run.cli._quick import QuickCommand
from nemo_run.exceptions import InvalidConfigError, NotFoundError


def add_completion_command(app: typer.Typer) -> None:
    """Add ``completion`` to an application."""
    app.command("completion", cls=QuickCommand)(_ending.as_command(completion))


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help=f"{', '.join(scripts.SHELLS)}.")],
    install: Annotated[
        bool, typer.Option("--install", help="Write it to where the shell looks for it, and say where.")
    ] = False,
    program: Annotated[
        str,
        typer.Option(
            "--program",
            metavar="NAME",
            help="For a script of yours that calls run.cli.main and is executable.",
        ),
    ] = "",
) -> None:
    """Print the script that makes a shell complete commands, parameters and values.

    To try it: source <(nemorun completion bash), or nemorun completion fish | source. To keep it:
    nemorun completion bash --install.
    """
    if shell not in scripts.SHELLS:
        raise InvalidConfigError(
            f"no completion for the shell {shell!r}; there is {', '.join(scripts.SHELLS)}"
        )
    _check_program(program)
    programs = (os.path.basename(program),) if program else scripts.PROGRAMS
    if not install:
        typer.echo(scripts.script(shell, programs), nl=False)
        return
    from nemo_run.cli._complete.install import install as write

    for line in write(shell, programs, os.environ):
        typer.echo(line)


def _check_program(name: str) -> None:
    """Check that a script is there; the name of a program may become known to the shell later."""
    is_file = os.path.basename(name) != name or name.endswith(".py")
    if is_file and not os.path.isfile(os.path.expanduser(name)) and shutil.which(name) is None:
        raise NotFoundError(f"--program: there is no file {name!r}")
