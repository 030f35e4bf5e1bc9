"""How the jobs of an experiment are doing, from any process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nemo_run_application.backends import Connection
from nemo_run_application.cancel import JobAddress, by_connection
from nemo_run_application.services import Services
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason, merge_group
from nemo_run_domain.journal import JobRecord, Kind, Record, fold

_UNSUBMITTED = JobStatus(state=JobState.UNSUBMITTED)


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
        """
        records = fold(self.services.store.journal(directory))
        addressed = [self._address(job, records.get(job.unit_id, JobRecord())) for job in jobs]
        known = {j.unit_id: records[j.unit_id].status for j in addressed if j.unit_id in records}
        asked = [j for j in addressed if not _is_final(known.get(j.unit_id))]
        answers = self._ask(asked)
        reports = {j.unit_id: _report(j, known.get(j.unit_id), answers) for j in addressed}
        self._write_ends(directory, reports, known)
        return reports

    def _address(self, job: JobAddress, record: JobRecord) -> JobAddress:
        """Complete the handles from the journal; ask the backend when it tells of an intent only."""
        if record.handles:
            return replace(job, handles=tuple(JobHandle.parse(text) for text in record.handles))
        if record.is_open_intent:
            found = self.services.connections.get(job.executor).scheduler.find([record.token])
            return replace(job, handles=found.get(record.token, ()))
        return job

    def _ask(self, jobs: Sequence[JobAddress]) -> dict[JobHandle, JobStatus]:
        groups = by_connection(self.services, jobs)
        answers: dict[JobHandle, JobStatus] = {}
        for part in self.services.workers.map(self._poll, groups.values()):
            answers.update(part)
        return answers

    def _poll(self, group: tuple[Connection, list[JobHandle]]) -> Mapping[JobHandle, JobStatus]:
        connection, handles = group
        try:
            return connection.scheduler.poll(handles)
        except BackendUnavailableError as error:
            lost = JobStatus(state=JobState.UNKNOWN, message=f"the backend does not answer: {error}")
            return dict.fromkeys(handles, lost)

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


def _is_final(status: JobStatus | None) -> bool:
    return status is not None and status.is_final


def _report(job: JobAddress, known: JobStatus | None, answers: Mapping[JobHandle, JobStatus]) -> UnitReport:
    if known is not None and known.is_final:
        return UnitReport(status=known, handles=job.handles)
    members = [answers[handle] for handle in job.handles if handle in answers]
    if not members:
        return UnitReport(status=known or _UNSUBMITTED, handles=job.handles)
    status = merge_group(members)
    if status.state is JobState.UNKNOWN and known is not None:
        return UnitReport(status=replace(known, message=status.message), handles=job.handles)
    return UnitReport(status=status, handles=job.handles)


def was_skipped(status: JobStatus) -> bool:
    """Whether a unit never started because of its dependencies."""
    return status.reason is Reason.SKIPPED
