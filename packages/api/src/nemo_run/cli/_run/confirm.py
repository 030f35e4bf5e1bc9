"""The question before something runs."""

from __future__ import annotations

import os
import select
import sys

from nemo_run.cli import _show
from nemo_run.cli._run import state
from nemo_run.cli._run.errors import NotAskedError
from nemo_run.cli._run.view import ContextView, extras_of

_YES = ("y", "yes")
_NO = ("n", "no", "")
_LONGEST = 100
"""Characters of an answer."""


def is_torchrun() -> bool:
    """Whether this process is one of several that run the same program."""
    try:
        return int(os.environ.get("WORLD_SIZE", "1")) > 1
    except ValueError:
        return False


def should_continue(context: ContextView) -> bool:
    """Whether to go on: because nobody is to be asked, or because the answer is yes.

    A yes holds for the rest of this context; other runs ask again.

    Raises:
        NotAskedError: There is nobody to ask, and no answer in the input.
    """
    if is_torchrun() or context.skip_confirmation or extras_of(context).confirmed:
        return True
    answer = state.answer_for_all()
    if answer is None:
        answer = ask("Continue?")
    extras_of(context).confirmed = answer
    return answer


def ask(question: str) -> bool:
    """Ask on the terminal, where Enter means no; without one, the next line of the input is the answer.

    Raises:
        NotAskedError: There is no answer.
    """
    if not _is_terminal():
        return _answer_at_hand(question)
    while True:
        try:
            answer = input(f"{question} [y/N]: ").strip().lower()
        except EOFError:
            raise NotAskedError("nobody answered; say --yes to go on without being asked") from None
        if answer in (*_YES, *_NO):
            return answer in _YES


def _answer_at_hand(question: str) -> bool:
    answer = _line_at_hand()
    if answer is None or answer.lower() not in (*_YES, *_NO):
        said = "" if answer is None else f", and {answer!r:.50} on standard input is neither yes nor no"
        raise NotAskedError(
            f"there is no terminal to ask on whether to go on{said}; say --yes to go on without"
        )
    _show.write(f"{question} [y/N]: {answer}")
    return answer.lower() in _YES


def _line_at_hand() -> str | None:
    """Return the next line of the input if it is there already; waits for nobody."""
    try:
        descriptor = sys.stdin.fileno()
    except AttributeError:  # closed
        return None
    except (OSError, ValueError):  # no file: what programs and tests put there
        return _line_of_object()
    return _line_of_file(descriptor)


def _line_of_object() -> str | None:
    try:
        line = sys.stdin.readline()
    except (OSError, ValueError):
        return None
    return line.strip() if line else None


def _line_of_file(descriptor: int) -> str | None:
    """Read byte by byte, so that the rest of the input stays for what runs."""
    found = b""
    try:
        while (
            not found.endswith(b"\n") and len(found) < _LONGEST and select.select([descriptor], [], [], 0)[0]
        ):
            byte = os.read(descriptor, 1)
            if not byte:
                break
            found += byte
    except OSError:
        pass
    return found.decode("utf-8", "replace").strip() if found else None


def _is_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()  # pyright: ignore[reportUnnecessaryComparison]
    except ValueError:  # closed
        return False
