"""The question before something runs."""

from __future__ import annotations

import os
import sys

from nemo_run.cli._run import state
from nemo_run.cli._run.errors import NotAskedError
from nemo_run.cli._run.view import ContextView, extras_of

_YES = ("y", "yes")
_NO = ("n", "no", "")


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
        NotAskedError: There is no terminal to ask on.
    """
    if is_torchrun() or context.skip_confirmation or extras_of(context).confirmed:
        return True
    answer = state.answer_for_all()
    if answer is None:
        answer = ask("Continue?")
    extras_of(context).confirmed = answer
    return answer


def ask(question: str) -> bool:
    """Ask on the terminal; Enter means no.

    Raises:
        NotAskedError: There is no terminal.
    """
    if not _is_terminal():
        raise NotAskedError("there is no terminal to ask on whether to go on; say --yes to go on without")
    while True:
        try:
            answer = input(f"{question} [y/N]: ").strip().lower()
        except EOFError:
            raise NotAskedError("nobody answered; say --yes to go on without being asked") from None
        if answer in (*_YES, *_NO):
            return answer in _YES


def _is_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()  # pyright: ignore[reportUnnecessaryComparison]
    except ValueError:  # closed
        return False
