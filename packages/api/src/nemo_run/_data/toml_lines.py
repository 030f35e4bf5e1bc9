"""Where the entries of a TOML text stand: ``tomllib`` tells that of mistakes only.

A TOML text is a row of statements, each of which is TOML by itself: a header, or a key and its value.
So those are read one by one, and what each one says is looked up in what the whole text says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from nemo_run._data.document import Mark, Marks

_MOST_READ = 1_000_000
"""Characters that are read again and again for the ends of long values, before that is given up."""


class _Statement(NamedTuple):
    line: int
    is_header: bool
    says: dict[str, Any]


def marks_of(text: str, data: Any, loads: Callable[[str], dict[str, Any]]) -> dict[int, Marks]:
    """Return the marks of a document; see ``Document``.

    Args:
        text: It.
        data: What it holds.
        loads: Reads TOML.
    """
    marker = _Marker(data)
    for statement in _statements(text.replace("\r\n", "\n"), loads):
        marker.take(statement)
    return marker.marks


def _statements(text: str, loads: Callable[[str], dict[str, Any]]) -> Iterator[_Statement]:
    begun: list[str] = []
    in_vain = 0
    for number, line in enumerate(text.split("\n"), start=1):
        begun.append(line)
        statement = "\n".join(begun)
        try:
            says = loads(statement)
        except ValueError:  # it goes on
            in_vain += len(statement)
            if in_vain > _MOST_READ:
                return
            continue
        yield _Statement(number - len(begun) + 1, statement.lstrip().startswith("["), says)
        begun = []


class _Marker:
    """Follows statements through the data."""

    def __init__(self, data: Any) -> None:
        self.marks: dict[int, Marks] = {}
        self._data = data
        self._table = data
        self._counts: dict[int, int] = {}

    def take(self, statement: _Statement) -> None:
        if statement.is_header:
            self._table = self._headed(statement)
        else:
            self._mark_all(self._table, statement.says, statement.line)

    def _headed(self, statement: _Statement) -> Any:
        """Return the table that a header begins."""
        table, says = self._data, statement.says
        while says:
            ((key, below),) = says.items()
            self._mark(table, key, statement.line)
            table = table[key]
            if isinstance(below, list):  # [[key]]
                index = self._counts[id(table)] = self._counts.get(id(table), -1) + 1
                self._mark(table, index, statement.line)
                return table[index]
            if isinstance(table, list):  # [key.more] is about the last [[key]]
                table = table[self._counts[id(table)]]
            says = below
        return table

    def _mark_all(self, table: Any, says: Any, line: int) -> None:
        rest = [(table, says)]  # no recursion: texts may go deeper than Python's stack
        while rest:
            table, says = rest.pop()
            for key, below in says.items() if isinstance(says, dict) else enumerate(says):
                self._mark(table, key, line)
                if isinstance(below, (dict, list)):
                    rest.append((table[key], below))

    def _mark(self, table: Any, key: Any, line: int) -> None:
        marks = self.marks.setdefault(id(table), Marks())
        marks.owner = table
        marks.setdefault(key, Mark(line))
