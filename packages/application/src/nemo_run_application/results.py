"""Outcomes: state, exit code, reason, last lines, and what a function returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nemo_run_application.backends import Connection
from nemo_run_application.cancel import JobAddress
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.services import Services
from nemo_run_application.status import UnitReport
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobHandle, JobState
from nemo_run_domain.logs import tail
from nemo_run_domain.outcome import Outcome, outcome_of

TAIL_LINES = 20
_TAIL_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class CollectResults:
    """Gather the outcome of every unit."""

    services: Services

    def __call__(self, jobs: Sequence[JobAddress], reports: Mapping[str, UnitReport]) -> dict[str, Outcome]:
        """Return unit id -> outcome, in the order of ``jobs``.

        Args:
            jobs: Units with their executors.
            reports: What ``ReadStatus`` said of them.
        """
        return {job.unit_id: self._outcome(job, reports[job.unit_id]) for job in jobs}

    def _outcome(self, job: JobAddress, report: UnitReport) -> Outcome:
        if not report.handles or report.status.state is JobState.UNSUBMITTED:
            return outcome_of(report.status)
        connection = self.services.connections.get(job.executor)
        result = self._result(connection, report.handles)
        return outcome_of(
            report.status,
            log_tail=self._tail(connection, report.handles),
            value=result.value,
            exception=result.exception,
        )

    def _result(self, connection: Connection, handles: tuple[JobHandle, ...]) -> TaskResult:
        if connection.results is None:
            return TaskResult()
        found = connection.results.fetch(handles)
        return next((found[handle] for handle in handles if handle in found), TaskResult())

    def _tail(self, connection: Connection, handles: tuple[JobHandle, ...]) -> tuple[str, ...]:
        if connection.logs is None:
            return ()
        try:
            streams = [s for found in connection.logs.streams(handles).values() for s in found]
            ends = connection.logs.tail(streams, _TAIL_BYTES)
        except BackendUnavailableError:
            return ()
        lines = [line for s in streams if s in ends for line in _whole_lines(ends[s])]
        return tail(lines, TAIL_LINES)


def _whole_lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", errors="replace").splitlines()
    return lines[1:] if len(data) >= _TAIL_BYTES else lines
