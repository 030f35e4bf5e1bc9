"""Commands of words only: no options, no question, no executor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import typer

from nemo_run._registry import discovery
from nemo_run.cli import _ending
from nemo_run.cli._run.endings import is_for_nobody
from nemo_run.cli._typer_errors import ENDINGS


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
    from nemo_run.cli._run.command import class_for

    return class_for(entrypoint)


def _code_of(entrypoint: Any, words: list[str], *, is_main: bool) -> int:
    def call() -> int:
        try:
            if not is_main:
                discovery.load_plugins()
            discovery.load_workspace()
            entrypoint._execute_simple(words, _console())
        except ENDINGS:
            raise
        except Exception as error:
            if is_for_nobody(error):
                raise
            _ending.complain(error)
            return _ending.FAILED
        return _ending.OK

    return _ending.code_of(call)


def _console() -> Any:
    from rich.console import Console

    return Console()


def execute(fn: Any, words: list[str]) -> Any:
    """Configure a function from words, build it and call it; its ``__io__`` is the configuration meanwhile.

    Raises:
        InvalidConfigError: Words that cannot be, or missing arguments.
    """
    from nemo_run._config import build as building
    from nemo_run.cli._run.flow import check_complete
    from nemo_run.cli.cli_parser import parse_cli_args
    from nemo_run.config import Partial

    config: Any = parse_cli_args(fn, words, Partial)
    check_complete(config)
    built = building.build(config)
    with _known_to(built.func, config):
        return built()


@contextlib.contextmanager
def _known_to(function: Any, config: Any) -> Iterator[None]:
    """Let a function know its configuration; the next one who calls it has not made it of that."""
    before = getattr(function, "__io__", None)
    _tell(function, config)
    try:
        yield
    finally:
        _tell(function, before)


def _tell(function: Any, config: Any) -> None:
    with contextlib.suppress(AttributeError, TypeError):  # builtins and their like take no attribute
        if config is None:
            del function.__io__
        else:
            function.__io__ = config
