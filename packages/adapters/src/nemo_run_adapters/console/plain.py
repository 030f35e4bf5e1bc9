"""Reporter for files, pipes and simple terminals: lines that never change once they are written."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nemo_run_adapters.console.board import Board
from nemo_run_adapters.console.lines import (
    render_detaching,
    render_launch,
    render_notice,
    render_plain_table,
    render_state,
    render_submitted,
    render_summary,
    stamped,
)
from nemo_run_adapters.console.output import Output
from nemo_run_adapters.console.prefixes import Prefixes
from nemo_run_application.events import Event, JobChanged, JobSubmitted, LogLine, Notice, RunEnded, RunStarted
from nemo_run_domain.job import JobState


@dataclass(slots=True)
class PlainReporter:
    """Writes one line per change of state, and what the tasks print.

    A run of one job is told in two lines: that it begins and how it ended; two more when it has
    to wait in a queue.

    Attributes:
        output: Where to.
        final_table: Whether a run of several jobs ends with a table.
        now: Seconds since the epoch.
    """

    output: Output = field(default_factory=Output)
    final_table: bool = True
    now: Callable[[], float] = time.time
    board: Board = field(default_factory=Board)
    _prefixes: Prefixes = field(default_factory=Prefixes)
    _queued: bool = False

    def emit(self, event: Event) -> None:
        text = self.render(event)
        if text:
            self.output.write(text)

    def close(self) -> None:
        """Nothing is ever held back."""

    def render(self, event: Event) -> str:
        """Take in an event; return the text to print for it, possibly none."""
        if isinstance(event, LogLine):
            return self._prefixes.render(event, color=self.output.color)
        before = self._labels(event)
        self.board.apply(event, self.now())
        if isinstance(event, Notice):
            return self._line(render_notice(event, color=self.output.color))
        if isinstance(event, RunStarted):
            return self._begin()
        if isinstance(event, JobSubmitted):
            return "" if self._is_single else self._line(render_submitted(event))
        if isinstance(event, JobChanged):
            return (
                self._changed(event.job) if before.get(event.job) != self.board.row(event.job).label else ""
            )
        return self._end(before) if isinstance(event, RunEnded) else ""

    def _labels(self, event: Event) -> dict[str, str]:
        """Return the state of each job that an event may change, as it is before."""
        if isinstance(event, JobChanged):
            return {event.job: self.board.rows[event.job].label} if event.job in self.board.rows else {}
        rows = self.board.rows if isinstance(event, RunEnded) else {}
        return {job: row.label for job, row in rows.items()}

    @property
    def _is_single(self) -> bool:
        return len(self.board.rows) <= 1

    def _begin(self) -> str:
        self._queued = False
        for job in self.board.rows:
            self._prefixes.color_of(job)
        return self._line(render_launch(self.board, color=self.output.color)) if self.board.rows else ""

    def _changed(self, job: str) -> str:
        row = self.board.row(job)
        if self._is_single and not row.status.is_final and not self._is_news(row.status.state):
            return ""
        return self._line(render_state(row, self.now(), color=self.output.color))

    def _is_news(self, state: JobState) -> bool:
        """Whether a job alone has been queued, or left the queue."""
        was, self._queued = self._queued, state is JobState.PENDING
        return was or self._queued

    def _end(self, before: dict[str, str]) -> str:
        changed = [job for job, row in self.board.rows.items() if before.get(job) != row.label]
        text = "".join(self._changed(job) for job in changed)
        if self.board.detached:
            text += self._line(render_detaching(self.board))
        return text if self._is_single else text + self._summary()

    def _summary(self) -> str:
        color = self.output.color
        table = render_plain_table(self.board, self.now(), color=color) if self.final_table else ""
        return table + render_summary(self.board, color=color)

    def _line(self, text: str) -> str:
        return stamped(text, self.now(), color=self.output.color)
