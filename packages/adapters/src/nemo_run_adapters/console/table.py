"""Tables for terminals; the only module here that imports ``rich``."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from nemo_run_adapters.console.board import Board, Row
from nemo_run_adapters.console.lines import TABLE_HEAD, table_cells
from nemo_run_adapters.console.style import RESET, one_line
from nemo_run_domain.job import JobState

MAX_ROWS = 30
"""With more jobs than that, the live table shows numbers and what needs attention."""

_UNBOUNDED = 100_000  # columns of text that the terminal may wrap, so that it can be copied whole
_GAP = 2
_NARROW = 8  # a column of texts with less room than that tells nothing
_PADDING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")
_STYLES = {
    JobState.RUNNING: "cyan",
    JobState.SUCCEEDED: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "yellow",
    JobState.UNKNOWN: "yellow",
}
_URGENT = (JobState.RUNNING, JobState.FAILED, JobState.UNKNOWN)


def render_live(board: Board, now: float, columns: int, lines: int, color: bool) -> list[str]:
    """Return what the live area shows: at most ``lines - 1`` lines, each narrower than ``columns``."""
    rows = list(board.rows.values())
    room = max(1, min(MAX_ROWS, lines - 4))
    if len(rows) > room:
        rows = [row for row in rows if row.status.state in _URGENT]
    width = max(1, columns - 1)
    parts: list[RenderableType] = [_heading(board, len(rows) - room)]
    if rows:
        parts.append(_table(rows[:room], now, width))
    return _render(parts, width, color).splitlines()[: max(1, lines - 1)]


def render_final(board: Board, now: float, color: bool) -> str:
    """Return the table that a run ends with: every job, nothing cut off or folded."""
    title = Text(f"Experiment Status for {one_line(board.experiment_id)}", style="bold")
    return _render([title, _table(list(board.rows.values()), now, _UNBOUNDED)], _UNBOUNDED, color)


def highlight(code: str, language: str, theme: str) -> str:
    """Return source text in the colours of a Pygments theme; an unknown theme is the default one."""
    text = Syntax("", language, theme=theme, background_color="default").highlight(code)
    text.rstrip()
    return _render([text], _UNBOUNDED, True)


def _heading(board: Board, hidden: int) -> Text:
    counts = ", ".join(f"{number} {label}" for label, number in board.counts().items())
    more = f" ({hidden} of them not shown)" if hidden > 0 else ""
    return Text(f"{one_line(board.experiment_id)}: {counts}{more}", style="bold", overflow="fold")


def _table(rows: Sequence[Row], now: float, width: int) -> Table:
    cells = [table_cells(row, now) for row in rows]
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    widths = _layout([TABLE_HEAD, *cells], width)
    kept = [i for i, w in enumerate(widths) if w]
    for i in kept:
        table.add_column(TABLE_HEAD[i], width=widths[i], no_wrap=i > 0, overflow="ellipsis" if i else "fold")
    for row, cell in zip(rows, cells, strict=True):
        style = _STYLES.get(row.status.state, "")
        table.add_row(*(Text(cell[i], style=style if TABLE_HEAD[i] == "state" else "") for i in kept))
    return table


def _layout(cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the width of each column, 0 to leave it out.

    The executor gives way first, then the details; an id is never cut, at last it is folded.
    """
    job, *numbers, place, detail = (max(map(cell_len, column)) for column in zip(*cells, strict=True))
    room = width - sum(numbers) - _GAP * (len(numbers) + 1)
    job = min(job, max(_NARROW, room))
    detail = _fit(detail, room - job)
    place = _fit(place, room - job - (detail and detail + _GAP))
    return [job, *numbers, place, detail]


def _fit(natural: int, room: int) -> int:
    width = min(natural, room - _GAP)
    return width if width >= min(natural, _NARROW) else 0


def _render(parts: Sequence[RenderableType], columns: int, color: bool) -> str:
    file = io.StringIO()
    # The environment was asked before, for the stream that this ends up in.
    console = Console(
        file=file,
        width=columns,
        color_system="standard" if color else None,
        force_terminal=color,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part, markup=False, highlight=False, emoji=False)
    return "".join(f"{_stripped(line)}\n" for line in file.getvalue().splitlines())


def _stripped(line: str) -> str:
    """Return a line without the blanks at its end, which a terminal would wrap."""
    text = _PADDING.sub("", line)
    return text + RESET if RESET in line[len(text) :] else text
