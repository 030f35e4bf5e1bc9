"""End jobs before they end by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nemo_run_application.services import Services, by_place
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobHandle
from nemo_run_domain.journal import JobRecord, Kind, Record, fold


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
            jobs: The journal is asked for their handles again: they may have been launched meanwhile.
                What was not launched is only noted; whoever launches heeds that.

        Raises:
            BackendUnavailableError: A backend cannot be asked at the moment; all others were.
        """
        now = self.services.clock.now()
        self.services.store.append(directory, [Record(kind=Kind.CANCEL, job=j.unit_id, at=now) for j in jobs])
        connections = self.services.connections
        groups = by_place(self._targets(directory, jobs), lambda target: target.job.executor, connections)
        silent = [error for error in self.services.workers.map(self._cancel, groups) if error is not None]
        if silent:
            raise silent[0]

    def _targets(self, directory: str, jobs: Sequence[JobAddress]) -> list[_Target]:
        """Return what a backend may have, with what the journal knows by now."""
        records = fold(self.services.store.journal(directory))
        targets = [_target(job, records.get(job.unit_id)) for job in jobs]
        return [target for target in targets if target.job.handles or target.token]

    def _cancel(self, group: tuple[ExecutorSettings, list[_Target]]) -> BackendUnavailableError | None:
        executor, targets = group
        tokens = [target.token for target in targets if target.token]
        try:
            scheduler = self.services.connections.get(executor).scheduler
            found: Mapping[str, tuple[JobHandle, ...]] = scheduler.find(tokens) if tokens else {}
            handles = [handle for t in targets for handle in (*t.job.handles, *found.get(t.token, ()))]
            if handles:
                scheduler.cancel(handles)
        except BackendUnavailableError as error:
            return error
        return None


@dataclass(frozen=True, slots=True)
class _Target:
    """A unit that a backend may have.

    Attributes:
        job: With its handles, if anybody knows them.
        token: Of a submission whose result nobody wrote down.
    """

    job: JobAddress
    token: str = ""


def _target(job: JobAddress, record: JobRecord | None) -> _Target:
    token = record.token if record is not None and record.is_open_intent else ""
    return _Target(replace(job, handles=handles_of(job, record)), token)


def handles_of(job: JobAddress, record: JobRecord | None) -> tuple[JobHandle, ...]:
    """Return the handles that the journal tells; where it tells nothing, those the caller knows."""
    if record is None:
        return job.handles
    written = tuple(JobHandle.parse(text) for text in record.handles)
    return written or (() if record.is_repeated else job.handles)
