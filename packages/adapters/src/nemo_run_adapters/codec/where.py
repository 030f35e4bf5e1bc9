"""Where a value stands in a configuration, for messages; costs nothing until it is shown."""

from __future__ import annotations

from typing import Any

Where = tuple[Any, str] | None
"""The place of what holds the value, and the last step; None is the root."""


def path_of(where: Where) -> str:
    """Return a path such as ``<root>.net[0]``."""
    steps: list[str] = []
    while where is not None:
        where, step = where
        steps.append(step)
    return "<root>" + "".join(reversed(steps))


def at(where: Where) -> str:
    """Return the sentence with which messages end."""
    return f"Error occurred at path {path_of(where)!r}."
