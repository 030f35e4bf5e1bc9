"""End jobs before they end by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nemo_run_application.backends import Connection
from nemo_run_application.services import Services, by_connection
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
        connections = self.services.connections
        launched = [job for job in jobs if job.handles]
        groups = by_connection(launched, lambda job: connections.get(job.executor))
        self.services.workers.map(_cancel, groups)


def _cancel(group: tuple[Connection, list[JobAddress]]) -> None:
    connection, jobs = group
    connection.scheduler.cancel([handle for job in jobs for handle in job.handles])
