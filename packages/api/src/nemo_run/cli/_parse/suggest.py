"""Suggestions for misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like a name, if any is like it."""
    found = difflib.get_close_matches(name, [str(candidate) for candidate in candidates], n=1)
    return found[0] if found else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return `` Did you mean 'epochs'?``, or nothing if no candidate is like the name."""
    found = closest(name, candidates)
    return f" Did you mean {found!r}?" if found else ""


def listed(names: Iterable[str], limit: int = 20) -> str:
    """Return names in one line, the first ones if there are many."""
    names = list(names)
    more = f", and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
