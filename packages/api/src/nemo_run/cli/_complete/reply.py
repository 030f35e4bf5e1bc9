"""Answers as each shell wants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nemo_run.cli._complete.candidate import Candidate
from nemo_run.cli._complete.request import Request

_LONGEST_HELP = 70


def render(request: Request, found: Sequence[Candidate]) -> str:
    """Return the lines of an answer."""
    return "".join(f"{line}\n" for line in _SHELLS[request.shell](request, found))


def _bash(request: Request, found: Sequence[Candidate]) -> list[str]:
    """Return how to go on, then one line for each word, from where bash replaces.

    bash breaks words at ``=``, ``:`` and more (``COMP_WORDBREAKS``), and replaces only the last piece.
    """
    kept = len(request.current.raw) - len(request.replaced)
    if not request.current.raw.endswith(request.replaced):
        kept = 0
    mode = "nospace" if any(each.goes_on for each in found) else "space"
    return [mode, *(request.current.extended(each.value)[kept:] for each in found)]


def _zsh(request: Request, found: Sequence[Candidate]) -> list[str]:
    """Return ``-`` for words that go on, else ``+``, the word, a tab, and what is shown for it."""
    width = max((len(each.value) for each in found), default=0)
    return [f"{'-' if each.goes_on else '+'}{each.value}\t{_shown(each, width)}" for each in found]


def _fish(request: Request, found: Sequence[Candidate]) -> list[str]:
    return [f"{each.value}\t{_help(each)}" for each in found]


def _shown(each: Candidate, width: int) -> str:
    return f"{each.value:{width}}  -- {_help(each)}" if each.help else each.value


def _help(each: Candidate) -> str:
    return " ".join(each.help.split())[:_LONGEST_HELP]


_SHELLS: dict[str, Callable[[Request, Sequence[Candidate]], list[str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
