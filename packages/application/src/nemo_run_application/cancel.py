"""End jobs before they end by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nemo_run_application.backends import Connection
from nemo_run_application.services import Services
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobHandle
from nemo_run_domain.journal import Kind, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAddress:
    """Where the jobs of one unit are.

    Attributes:
        unit_id: Which unit.
        executor: Settings it was launched with.
        handles: Its jobs.
    """

    unit_id: str
    executor: ExecutorSettings
    handles: tuple[JobHandle, ...]


@dataclass(frozen=True, slots=True)
class CancelJobs:
    """Ask backends to end jobs, one call per connection."""

    services: Services

    def __call__(self, directory: str, jobs: Sequence[JobAddress]) -> None:
        """Cancel jobs; returns once every backend was asked, not once they ended.

        Args:
            directory: Folder of their experiment; the journal is told first.
            jobs: Units without handles are only noted.

        Raises:
            BackendUnavailableError: A backend cannot be asked at the moment.
        """
        now = self.services.clock.now()
        self.services.store.append(directory, [Record(kind=Kind.CANCEL, job=j.unit_id, at=now) for j in jobs])
        self.services.workers.map(self._cancel, by_connection(self.services, jobs).values())

    def _cancel(self, group: tuple[Connection, list[JobHandle]]) -> None:
        connection, handles = group
        connection.scheduler.cancel(handles)


def by_connection(
    services: Services, jobs: Iterable[JobAddress]
) -> Mapping[int, tuple[Connection, list[JobHandle]]]:
    """Sort the handles of jobs by the connection that knows them."""
    groups: dict[int, tuple[Connection, list[JobHandle]]] = {}
    for job in jobs:
        if job.handles:
            connection = services.connections.get(job.executor)
            groups.setdefault(id(connection), (connection, []))[1].extend(job.handles)
    return groups
