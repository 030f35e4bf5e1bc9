"""Commands of words only: no options, no question, no executor."""

from __future__ import annotations

from typing import Any

import typer

from nemo_run._registry import discovery
from nemo_run.cli import _ending


def add(parent: typer.Typer, entrypoint: Any, *, is_main: bool = False) -> None:
    """Add a simple command to an application.

    Args:
        parent: The application.
        entrypoint: The ``Entrypoint``.
        is_main: The command is a program of its own: plug-in packages are not loaded.
    """

    def command(ctx: typer.Context) -> None:
        if code := _code_of(entrypoint, ctx.args, is_main=is_main):
            raise typer.Exit(code)

    parent.command(
        entrypoint.name,
        help=entrypoint.help_text,
        cls=_class_for(entrypoint),
        context_settings={"allow_extra_args": True},
    )(command)


def _class_for(entrypoint: Any) -> type:
    from nemo_run.cli._help.command import command_class

    return command_class(entrypoint)


def _code_of(entrypoint: Any, words: list[str], *, is_main: bool) -> int:
    def call() -> None:
        try:
            if not is_main:
                discovery.load_plugins()
            discovery.load_workspace()
            entrypoint._execute_simple(words, _console())
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises
            _ending.complain(error)
            raise typer.Exit(_ending.FAILED) from None

    return _ending.code_of(call)


def _console() -> Any:
    from rich.console import Console

    return Console()


def execute(fn: Any, words: list[str]) -> Any:
    """Configure a function from words, build it and call it.

    Raises:
        InvalidConfigError: Words that cannot be, or missing arguments.
    """
    from nemo_run._config import build as building
    from nemo_run.cli.cli_parser import parse_cli_args
    from nemo_run.config import Partial

    config: Any = parse_cli_args(fn, words, Partial)
    built = building.build(config)
    built.func.__io__ = config
    return built()
