"""How the jobs of an experiment are doing, from any process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nemo_run_application.backends import Connection
from nemo_run_application.cancel import JobAddress
from nemo_run_application.services import Services, by_connection
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobHandle, JobState, JobStatus, merge_group
from nemo_run_domain.journal import JobRecord, Kind, Record, fold

_UNSUBMITTED = JobStatus(state=JobState.UNSUBMITTED)
_SUBMITTED = JobStatus(state=JobState.SUBMITTED)

_Answer = JobStatus | BackendUnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReport:
    """What is known about one unit.

    Attributes:
        status: Now, or the last known one when the backend cannot be asked.
        handles: Its jobs.
    """

    status: JobStatus
    handles: tuple[JobHandle, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """Merge what the journal says with what the backends say; one call per connection."""

    services: Services

    def __call__(self, directory: str, jobs: Sequence[JobAddress]) -> dict[str, UnitReport]:
        """Return a report for every unit, in the order given.

        Args:
            directory: Folder of the experiment.
            jobs: Units with the handles that the caller knows, which may be none.

        Final states that the journal did not have yet are added to it.

        Raises:
            BackendUnavailableError: A submission was begun whose result nobody wrote down, and its
                backend cannot be asked at the moment whether the job exists.
        """
        records = fold(self.services.store.journal(directory))
        known = {unit_id: record.status for unit_id, record in records.items()}
        addressed = self._addressed(jobs, records)
        answers = self._ask([job for job in addressed if not _is_final(known.get(job.unit_id))])
        reports = {job.unit_id: _report(job, known.get(job.unit_id), answers) for job in addressed}
        self._write_ends(directory, reports, known)
        return reports

    def _addressed(self, jobs: Sequence[JobAddress], records: Mapping[str, JobRecord]) -> list[JobAddress]:
        """Complete the handles from the journal; ask backends where it tells of intents only."""
        of_journal = {
            unit_id: tuple(JobHandle.parse(text) for text in record.handles)
            for unit_id, record in records.items()
        }
        found = self._find([job for job in jobs if _is_open(records.get(job.unit_id))], records)
        return [
            replace(job, handles=found.get(job.unit_id) or of_journal.get(job.unit_id) or job.handles)
            for job in jobs
        ]

    def _find(
        self, jobs: Sequence[JobAddress], records: Mapping[str, JobRecord]
    ) -> dict[str, tuple[JobHandle, ...]]:
        """Return unit id -> jobs that exist for submissions whose result nobody wrote down."""

        def find(group: tuple[Connection, list[JobAddress]]) -> Mapping[str, tuple[JobHandle, ...]]:
            connection, members = group
            return connection.scheduler.find([records[job.unit_id].token for job in members])

        parts = self.services.workers.map(find, self._by_connection(jobs))
        by_token = {token: handles for part in parts for token, handles in part.items()}
        return {job.unit_id: by_token.get(records[job.unit_id].token, ()) for job in jobs}

    def _ask(self, jobs: Sequence[JobAddress]) -> dict[JobHandle, _Answer]:
        groups = self._by_connection([job for job in jobs if job.handles])
        parts = self.services.workers.map(_poll, groups)
        return {handle: answer for part in parts for handle, answer in part.items()}

    def _by_connection(self, jobs: Sequence[JobAddress]) -> list[tuple[Connection, list[JobAddress]]]:
        return by_connection(jobs, lambda job: self.services.connections.get(job.executor))

    def _write_ends(
        self, directory: str, reports: Mapping[str, UnitReport], known: Mapping[str, JobStatus | None]
    ) -> None:
        now = self.services.clock.now()
        news = [
            Record(kind=Kind.STATUS, job=unit_id, at=now, status=report.status)
            for unit_id, report in reports.items()
            if report.status.is_final and not _is_final(known.get(unit_id))
        ]
        if news:
            self.services.store.append(directory, news, sync=False)


def _poll(group: tuple[Connection, list[JobAddress]]) -> Mapping[JobHandle, _Answer]:
    connection, jobs = group
    handles = [handle for job in jobs for handle in job.handles]
    try:
        return connection.scheduler.poll(handles)
    except BackendUnavailableError as error:
        return dict.fromkeys(handles, error)


def _is_open(record: JobRecord | None) -> bool:
    return record is not None and record.is_open_intent


def _is_final(status: JobStatus | None) -> bool:
    return status is not None and status.is_final


def _report(job: JobAddress, known: JobStatus | None, answers: Mapping[JobHandle, _Answer]) -> UnitReport:
    if known is not None and known.is_final:
        return UnitReport(status=known, handles=job.handles)
    found = [answers[handle] for handle in job.handles if handle in answers]
    members = [answer for answer in found if isinstance(answer, JobStatus)]
    if not found:
        status = known or _UNSUBMITTED
    elif len(members) < len(found):
        silent = next(answer for answer in found if not isinstance(answer, JobStatus))
        status = replace(known or _SUBMITTED, message=f"the backend does not answer: {silent}")
    else:
        status = merge_group(members)
        if status.state is JobState.UNKNOWN and known is not None:
            status = known
    return UnitReport(status=status, handles=job.handles)
