"""Help as data: sections of rows, before anybody knows how wide the screen is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A piece of text on one line.

    Attributes:
        text: Without line breaks.
        style: One of ``name``, ``type``, ``value``, ``note``, ``must`` or empty.
        link: Address that terminals open, or empty.
    """

    text: str
    style: str = ""
    link: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        cells: One for each column; the last one may be folded.
        notes: Paragraphs below it.
        tree: Lines below it that stay as they are.
        depth: How far it is indented.
    """

    cells: tuple[Span, ...]
    notes: tuple[str, ...] = ()
    tree: tuple[str, ...] = ()
    depth: int = 0


@dataclass(frozen=True)
class Section:
    """A titled table."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Page:
    """All that is told about a command.

    Attributes:
        usage: ``PROG [OPTIONS] [ARGUMENTS]``, or empty.
        text: Paragraphs that say what it does.
        sections: In the order they are shown; those without rows are left out.
    """

    usage: str = ""
    text: str = ""
    sections: tuple[Section, ...] = ()
