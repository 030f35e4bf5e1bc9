"""From a section to lines that fit a width; the same for panels and plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from nemo_run.cli._help.model import Row, Section, Span

Line = tuple[Span, ...]

_GAP = 2
_STEP = 2
_NARROW = 16


def lines_of(section: Section, width: int) -> Iterator[Line]:
    """Yield the lines of a section's table, without its title."""
    columns = _columns(section.rows, width)
    for row in section.rows:
        yield from _row(row, columns, width)
        yield from _below(row, width)


def _columns(rows: Sequence[Row], width: int) -> list[int]:
    """Return where each column starts; the last of two keeps half of the width, else a third."""
    count = max((len(row.cells) for row in rows), default=0)
    before_last = width // 2 if count == 2 else width * 2 // 3
    starts = [0]
    for column in range(count - 1):
        room = max(_NARROW, (before_last - starts[-1]) // max(1, count - 1 - column) - _GAP)
        sizes = [_size(row, column) for row in rows if len(row.cells) > column]
        fitting = [size for size in sizes if size <= room]
        starts.append(starts[-1] + max(fitting, default=_NARROW) + _GAP)
    return starts


def _size(row: Row, column: int) -> int:
    return len(row.cells[column].text) + (row.depth * _STEP if column == 0 else 0)


def _row(row: Row, starts: list[int], width: int) -> Iterator[Line]:
    line: list[Span] = []
    at = 0
    for number, cell in enumerate(row.cells):
        start = starts[number] if number else row.depth * _STEP
        if number and at + _GAP > start:  # longer than its column: go on below
            yield tuple(line)
            line, at = [], 0
        line.append(Span(" " * (start - at)))
        *full, last = _fold(cell, width - start)
        for piece in full:
            yield (*line, piece)
            line = [Span(" " * start)]
        line.append(last)
        at = start + len(last.text)
    yield tuple(line)


def _fold(cell: Span, room: int) -> list[Span]:
    texts = textwrap.wrap(cell.text, max(room, _NARROW), break_on_hyphens=False) or [""]
    return [Span(text, cell.style, cell.link) for text in texts]


def _below(row: Row, width: int) -> Iterator[Line]:
    indent = " " * ((row.depth + 2) * _STEP)
    for line in row.tree:
        yield (Span(f"{indent}{line}"[:width], "value"),)
    for note in row.notes:
        for text in textwrap.wrap(note, max(width - len(indent), _NARROW), break_on_hyphens=False):
            yield (Span(indent), Span(text, "note"))
