"""What is known about each job of a run, gathered from the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nemo_run_adapters.console.style import one_line
from nemo_run_application.events import Event, JobChanged, JobSubmitted, RunEnded, RunStarted
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.outcome import explain

_WAITING = JobStatus(state=JobState.UNSUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job.

    Attributes:
        job: Its id.
        place: Text that says where it runs.
        status: The last one heard of.
        since: When it was submitted or seen running, in seconds since the epoch.
        until: When it was seen to be over.
    """

    job: str
    place: str = ""
    status: JobStatus = _WAITING
    since: float | None = None
    until: float | None = None

    @property
    def label(self) -> str:
        """The state in one word."""
        return state_label(self.status)

    def elapsed(self, now: float) -> float | None:
        """Return seconds from its start to its end, or to now; None when it never began."""
        start = self.since if self.status.started_at is None else self.status.started_at
        end = self.until if self.status.ended_at is None else self.status.ended_at
        if start is None or self.label == "SKIPPED":
            return None
        return max(0.0, (now if end is None else end) - start)


def state_label(status: JobStatus) -> str:
    """Return the name of the state, or ``SKIPPED`` for a job that was never to run."""
    return "SKIPPED" if status.reason is Reason.SKIPPED else status.state.name


def describe(status: JobStatus, *, exit_code: bool = True) -> str:
    """Return what explains a status beyond its label."""
    if status.reason is Reason.SKIPPED:
        status = replace(status, reason=None)
    return one_line(explain(status if exit_code else replace(status, exit_code=None)))


def render_duration(seconds: float | None) -> str:
    """Return ``4.2s``, ``3m05s`` or ``26h03m05s``."""
    if seconds is None:
        return ""
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"


@dataclass(slots=True)
class Board:
    """The jobs of the run at hand.

    Attributes:
        experiment_id: Of the run.
        rows: Job id -> what is known, in order.
        detached: Whether the run ended while its jobs go on.
    """

    experiment_id: str = ""
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    detached: bool = False

    def apply(self, event: Event, now: float) -> None:
        """Take in one event."""
        if isinstance(event, RunStarted):
            self.rows = {job: Row(job=job, place=one_line(place)) for job, place in event.jobs.items()}
            self.detached = False
        self.experiment_id = event.experiment_id
        if isinstance(event, JobSubmitted):
            self._submitted(event.job, now)
        elif isinstance(event, JobChanged):
            self._changed(event.job, event.status, now)
        elif isinstance(event, RunEnded):
            self._ended(event.statuses, now)
            self.detached = event.detached

    def row(self, job: str) -> Row:
        """Return what is known about a job."""
        return self.rows.get(job) or Row(job=job)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state, in order of first appearance."""
        return dict(Counter(row.label for row in self.rows.values()))

    def unsuccessful(self) -> list[Row]:
        """Return the jobs that did not succeed; of a detached run only those that are over."""
        rows = [row for row in self.rows.values() if row.status.state is not JobState.SUCCEEDED]
        return [row for row in rows if row.status.is_final or not self.detached]

    def _submitted(self, job: str, now: float) -> None:
        row = self.row(job)
        known = (
            row.status
            if row.status.state is not JobState.UNSUBMITTED
            else JobStatus(state=JobState.SUBMITTED)
        )
        self.rows[job] = replace(row, status=known, since=now if row.since is None else row.since)

    def _changed(self, job: str, status: JobStatus, now: float) -> None:
        row = self.row(job)
        began = status.state is JobState.RUNNING and row.status.state is not JobState.RUNNING
        since = now if began or (row.since is None and not status.is_final) else row.since
        until = (now if row.until is None else row.until) if status.is_final else None
        self.rows[job] = replace(row, status=status, since=since, until=until)

    def _ended(self, statuses: Mapping[str, JobStatus], now: float) -> None:
        for job, status in statuses.items():
            if status != self.row(job).status:
                self._changed(job, status, now)
