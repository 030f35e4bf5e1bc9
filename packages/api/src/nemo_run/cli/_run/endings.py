"""How run commands end: the exit code, and what is told about an error."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import typer

from nemo_run.cli import _ending, _show
from nemo_run.cli._run.options import Manner
from nemo_run.cli._typer_errors import ENDINGS
from nemo_run.exceptions import NemoRunError, WaitTimeoutError


def as_command(function: Callable[..., Any]) -> Callable[..., None]:
    """Return a function as a command: an error is told, and becomes the exit code."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> None:
        code = code_of(functools.partial(function, *args, **kwargs), Manner())
        if code:
            raise typer.Exit(code)

    return command


def code_of(call: Callable[[], Any], manner: Manner) -> int:
    """Call what a command does; returns its exit code, after telling of an error."""

    def guarded() -> int | None:
        try:
            call()
        except ENDINGS:
            raise
        except Exception as error:
            if is_for_nobody(error):
                raise
            _tell(error, manner)
            return _ending.TIMED_OUT if isinstance(error, WaitTimeoutError) else _ending.FAILED
        return None

    return _ending.code_of(guarded)


def is_for_nobody(error: Exception) -> bool:
    """Whether an error says that nobody reads our output any more; users' functions have pipes, too."""
    from nemo_run.cli._run import tracebacks

    return isinstance(error, BrokenPipeError) and (
        _ending.is_output_closed() or tracebacks.of_the_user(error.__traceback__) is None
    )


def _tell(error: Exception, manner: Manner) -> None:
    from nemo_run.cli._run import tracebacks

    if manner.verbose:
        _show.flush()
        tracebacks.show_whole(error, manner)
    elif isinstance(error, NemoRunError) and not tracebacks.is_running(error.__traceback__):
        _ending.complain(error)
    elif trace := tracebacks.of_the_user(error.__traceback__):
        _show.flush()
        tracebacks.show(error, trace, manner)
    elif isinstance(error, (NemoRunError, OSError, ValueError)):
        _ending.complain(error)
    else:
        _ending.complain(RuntimeError(f"{type(error).__name__}: {error} (--verbose shows where)"))
