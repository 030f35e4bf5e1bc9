"""Suggestions for misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: str, candidates: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the candidate that is most like a name, if any is like it.

    Args:
        name: As somebody wrote it.
        candidates: Names there are.
        likeness: From 0 to 1, at least; 1 is the same.
    """
    found = difflib.get_close_matches(name, [str(known) for known in candidates], n=1, cutoff=likeness)
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
