"""Reporter for terminals: a table that stays up to date below the output of the tasks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nemo_run_adapters.console.board import state_label
from nemo_run_adapters.console.lines import render_detaching, render_summary, stamped
from nemo_run_adapters.console.live import LiveArea
from nemo_run_adapters.console.output import Output
from nemo_run_adapters.console.plain import PlainReporter
from nemo_run_application.events import Event, JobChanged, LogLine, Notice, RunEnded
from nemo_run_domain.job import JobState


@dataclass(slots=True)
class RichReporter:
    """Shows all jobs in a live table, and once more when the run is over.

    A run of one job needs no table: it is told in lines, and ``rich`` is not even loaded.

    Attributes:
        output: Where to.
        final_table: Whether a run of several jobs ends with a table.
        now: Seconds since the epoch.
    """

    output: Output = field(default_factory=Output)
    final_table: bool = True
    now: Callable[[], float] = time.time
    _lines: PlainReporter = field(init=False)
    _area: LiveArea | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._lines = PlainReporter(output=self.output, final_table=self.final_table, now=self.now)

    def emit(self, event: Event) -> None:
        with self._lock:
            text = self._lines.render(event)
        if not isinstance(event, RunEnded):
            self._show(event, text)
            return
        self.close()
        self.output.write(self._ending(text))

    def close(self) -> None:
        area, self._area = self._area, None
        if area is not None:
            area.stop()

    @property
    def _wants_area(self) -> bool:
        return len(self._lines.board.rows) > 1 and self.output.terminal

    def _show(self, event: Event, text: str) -> None:
        if self._area is None and self._wants_area:
            self._area = LiveArea(self.output, self._frame)
            self._area.start()
        if self._area is not None:
            self._area.write(text if _stays(event) else "")
        elif text:
            self.output.write(text)

    def _frame(self, columns: int, lines: int, color: bool) -> list[str]:
        from nemo_run_adapters.console.table import render_live  # loads rich

        with self._lock:
            return render_live(self._lines.board, self.now(), columns, lines, color)

    def _ending(self, text: str) -> str:
        """Return the final table and the summary; ``text`` tells the same in lines."""
        if not self._wants_area:
            return text
        from nemo_run_adapters.console.table import render_final  # loads rich

        board, color = self._lines.board, self.output.color
        table = render_final(board, self.now(), color) if self.final_table else ""
        detaching = stamped(render_detaching(board), self.now(), color=color) if board.detached else ""
        return table + detaching + render_summary(board, color=color)


def _stays(event: Event) -> bool:
    """Whether an event is worth a line of its own, beside the table that shows it."""
    if isinstance(event, JobChanged):
        return event.status.state is JobState.FAILED and state_label(event.status) != "SKIPPED"
    return isinstance(event, (LogLine, Notice))
