"""How commands end: exit codes, one line for an error, quiet where nobody reads any more."""

from __future__ import annotations

import functools
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

import typer

from nemo_run.exceptions import NemoRunError, WaitTimeoutError

OK = 0
FAILED = 1
TIMED_OUT = 124  # as timeout(1) of coreutils
INTERRUPTED = 128 + signal.SIGINT
NOT_READ = 128 + signal.SIGPIPE


def as_command(function: Callable[..., int | None]) -> Callable[..., None]:
    """Return a function as a command: what it returns or raises becomes the exit code."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> None:
        code = code_of(functools.partial(function, *args, **kwargs))
        if code:
            raise typer.Exit(code)

    return command


def code_of(call: Callable[[], int | None]) -> int:
    """Call what a command does; returns its exit code, after telling of an error."""
    try:
        code = call() or OK
        if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - None where it is closed
            sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return NOT_READ
    except KeyboardInterrupt as error:
        return getattr(error, "code", None) or INTERRUPTED
    except (NemoRunError, OSError) as error:
        complain(error)
        return TIMED_OUT if isinstance(error, WaitTimeoutError) else FAILED
    return code


def is_output_closed() -> bool:
    """Whether nobody reads standard output any more.

    Source: POSIX, ``poll``: an end of a pipe that is written to reports POLLERR once nobody reads it.
    """
    try:
        poller = select.poll()
        poller.register(sys.stdout.fileno(), 0)
        return bool(poller.poll(0))
    except (AttributeError, OSError, ValueError):
        return False


def complain(error: BaseException) -> None:
    """Print an error as one line on standard error."""
    hide_values(error)
    parts = [_sentence(error), *getattr(error, "__notes__", ())]
    text = " ".join("; ".join(part for part in parts if part).split())
    typer.echo(f"Error: {text or type(error).__name__}", err=True)


def hide_values(error: BaseException) -> None:
    """Take from an error the values of arguments that ``fiddle.build`` tells: they may be secret."""
    while isinstance(message := getattr(error, "proxy_message", None), str):
        told, values, _ = message.partition(" with positional arguments: (")
        error.proxy_message = f"{told}." if values else message  # type: ignore[attr-defined]
        error = error.proxy_base_exception  # type: ignore[attr-defined]


def _sentence(error: BaseException) -> str:
    """Return what an error says; of an error about a word, without its details, but with the word."""
    sentence, word = getattr(error, "sentence", None), getattr(error, "arg", "")
    if not isinstance(sentence, str):
        return str(error)
    return f"{sentence} (in {word!r})" if word and str(word) not in sentence else sentence


def cannot_write(error: OSError) -> int:
    """Tell that what a program has to say cannot be written, its help for example; returns the exit code."""
    if isinstance(error, BrokenPipeError):
        _discard_output()
        return NOT_READ
    complain(error)
    _discard_output()
    return FAILED


def _discard_output() -> None:
    """Let what is still buffered end nowhere, or Python complains when it exits.

    Source: Python documentation, library, ``signal``, "Note on SIGPIPE".
    """
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
