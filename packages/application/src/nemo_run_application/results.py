"""Outcomes: state, exit code, reason, last lines, and what a function returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nemo_run_application.backends import Connection
from nemo_run_application.cancel import JobAddress
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.services import Services, by_place
from nemo_run_application.status import UnitReport
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobHandle, JobState
from nemo_run_domain.logs import tail
from nemo_run_domain.outcome import Outcome, outcome_of

TAIL_LINES = 20
_TAIL_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class CollectResults:
    """Gather the outcome of every unit.

    Attributes:
        services: Ports.
        trusted: Whether values may import and call what they name; otherwise a text stands for such.
    """

    services: Services
    trusted: bool = True

    def __call__(self, jobs: Sequence[JobAddress], reports: Mapping[str, UnitReport]) -> dict[str, Outcome]:
        """Return unit id -> outcome, in the order of ``jobs``; one call per connection.

        Values and last lines of a backend that cannot be asked at the moment are left out.

        Args:
            jobs: Units with their executors.
            reports: What ``ReadStatus`` said of them.
        """
        launched = [
            replace(job, handles=report.handles)
            for job in jobs
            if (report := reports[job.unit_id]).handles and report.status.state is not JobState.UNSUBMITTED
        ]
        groups = by_place(launched, lambda job: job.executor, self.services.connections)
        parts = self.services.workers.map(self._collect, groups)
        details = {unit_id: found for part in parts for unit_id, found in part.items()}
        return {j.unit_id: outcome_of(reports[j.unit_id].status, **details.get(j.unit_id, {})) for j in jobs}

    def _collect(self, group: tuple[ExecutorSettings, list[JobAddress]]) -> dict[str, dict[str, Any]]:
        """Return unit id -> details of its outcome."""
        executor, jobs = group
        try:
            connection = self.services.connections.get(executor)
        except BackendUnavailableError:
            return {}
        handles = [handle for job in jobs for handle in job.handles]
        results, ends = _results(connection, handles, self.trusted), _ends(connection, handles)
        return {job.unit_id: _details(job.handles, results, ends) for job in jobs}


def _details(
    handles: tuple[JobHandle, ...],
    results: Mapping[JobHandle, TaskResult],
    ends: Mapping[JobHandle, list[str]],
) -> dict[str, Any]:
    found = [results[handle] for handle in handles if handle in results]
    first = next(iter(found), TaskResult())
    result = next((result for result in found if result.exception is not None), first)
    lines = [line for handle in handles for line in ends.get(handle, [])]
    return {"value": result.value, "exception": result.exception, "log_tail": tail(lines, TAIL_LINES)}


def _results(
    connection: Connection, handles: list[JobHandle], trusted: bool
) -> Mapping[JobHandle, TaskResult]:
    if connection.results is None:
        return {}
    try:
        return connection.results.fetch(handles, trusted=trusted)
    except BackendUnavailableError:
        return {}


def _ends(connection: Connection, handles: list[JobHandle]) -> dict[JobHandle, list[str]]:
    """Return the last lines of each job, stream by stream."""
    if connection.logs is None:
        return {}
    try:
        streams = connection.logs.streams(handles)
        ends = connection.logs.tail([s for found in streams.values() for s in found], _TAIL_BYTES)
    except BackendUnavailableError:
        return {}
    return {
        handle: [line for stream in found for line in _whole_lines(ends.get(stream, b""))]
        for handle, found in streams.items()
    }


def _whole_lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", errors="replace").splitlines()
    return lines[1:] or lines if len(data) >= _TAIL_BYTES else lines
