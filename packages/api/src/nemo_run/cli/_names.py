"""What things are called that may have no name of their own."""

from __future__ import annotations

from typing import Any

from nemo_run_domain.errors import InvalidConfigError


def name_of(fn: Any, name: str | None = None) -> str:
    """Return the name of a function, or the one that was given where it has none.

    Raises:
        InvalidConfigError: There is neither; ``functools.partial`` objects have no name, for example.
    """
    found = getattr(fn, "__name__", None) or name
    if not found:
        raise InvalidConfigError(f"{fn!r} has no name; pass name=")
    return str(found)
