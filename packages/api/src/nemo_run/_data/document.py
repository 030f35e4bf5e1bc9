"""What was read from a text, and where in it each value stood."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

Where = tuple[Any, Any] | None
"""The place of what holds a value, and the last step to it; None is the top."""

MAX_DEPTH = 1_000
"""Of mappings and lists inside each other."""

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


class Mark(NamedTuple):
    """Where one entry of a mapping or list stood, and how it was written if it was a bare word."""

    line: int
    text: str | None = None


class Marks(dict[Any, Mark]):
    """The marks of one mapping or list, by key or index; keeps it, so that no id is used twice."""

    __slots__ = ("owner",)
    owner: Any


_NO_MARKS = Marks()


def _no_marks() -> dict[int, Marks]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Document:
    """Data and its origin.

    Attributes:
        data: Mappings, lists and scalars.
        source: File, for messages; empty for a text from elsewhere.
        marks: Id of a mapping or list in ``data`` -> key or index -> where it stood.
        later: Works out the marks where they are only for errors.
        prefix: Keys that lead to ``data`` where that is a section of a file.
    """

    data: Any
    source: str = ""
    marks: Mapping[int, Marks] = field(default_factory=_no_marks)
    later: Callable[[], Mapping[int, Marks]] = field(default=_no_marks, repr=False, compare=False)
    prefix: tuple[Any, ...] = ()

    def section(self, *keys: Any) -> Document:
        """Return the part behind some keys; it knows its lines.

        Raises:
            LookupError: There is none.
        """
        data = self.data
        for key in keys:
            data = data[key]
        return replace(self, data=data, prefix=(*self.prefix, *keys))

    def mark_of(self, path: Sequence[Any]) -> Mark | None:
        """Return where the entry at ``path`` stood, or the nearest one around it with a line."""
        return self._nearest(self.marks, path)

    def _nearest(self, marks: Mapping[int, Marks], path: Sequence[Any]) -> Mark | None:
        found: Mark | None = None
        data = self.data
        for step in path:
            found = marks.get(id(data), _NO_MARKS).get(step, found)
            try:
                data = data[step]
            except (LookupError, TypeError):
                break
        return found

    def line_of(self, path: Sequence[Any]) -> int | None:
        """Return the line, counted from 1, of the entry at ``path``; None where that is not known."""
        mark = self._nearest(self.marks or self.later(), path)
        return None if mark is None else mark.line

    def place(self, path: Sequence[Any]) -> str:
        """Return ``train.yaml, line 3, at net.width`` or as much of it as there is."""
        line = self.line_of(path)
        parts = [self.source, f"line {line}" if line else "", f"at {name_of(path)}" if path else ""]
        return ", ".join(part for part in parts if part)


def path_of(where: Where) -> tuple[Any, ...]:
    """Return the steps from the top to a place."""
    steps: list[Any] = []
    while where is not None:
        where, step = where
        steps.append(step)
    return tuple(reversed(steps))


def name_of(path: Sequence[Any]) -> str:
    """Return ``net.layers[0].width``."""
    steps = [f".{step}" if isinstance(step, str) else f"[{step!r}]" for step in path]
    return "".join(steps).removeprefix(".")


def short(value: Any) -> str:
    """Return a value as a message shows it, however big it is."""
    return _SHORT.repr(value)
