"""How the jobs of an experiment are doing, from any process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nemo_run_application.cancel import JobAddress, handles_of
from nemo_run_application.services import Services, by_place
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobHandle, JobState, JobStatus, merge_group
from nemo_run_domain.journal import JobRecord, Kind, Record, fold

_UNSUBMITTED = JobStatus(state=JobState.UNSUBMITTED)
_SUBMITTED = JobStatus(state=JobState.SUBMITTED)

_Answer = JobStatus | BackendUnavailableError
_Found = tuple[JobHandle, ...] | BackendUnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReport:
    """What is known about one unit.

    Attributes:
        status: Now, or the last known one when the backend cannot be asked.
        handles: Its jobs.
        doubt: Why nobody can tell at the moment whether there is a job: its submission was begun, its
            result was never written down, and its backend does not answer.
    """

    status: JobStatus
    handles: tuple[JobHandle, ...] = ()
    doubt: BackendUnavailableError | None = None


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
        known = {unit_id: record.status for unit_id, record in records.items()}
        found = self._find([job for job in jobs if _is_open(records.get(job.unit_id))], records)
        addressed = [_addressed(job, records.get(job.unit_id), found) for job in jobs]
        answers = self._ask([job for job in addressed if not _is_final(known.get(job.unit_id))])
        reports = {job.unit_id: _report(job, known.get(job.unit_id), answers) for job in addressed}
        for unit_id, doubt in found.items():
            if isinstance(doubt, BackendUnavailableError):
                reports[unit_id] = _doubtful(doubt)
        self._write_ends(directory, reports, known)
        return reports

    def _find(self, jobs: Sequence[JobAddress], records: Mapping[str, JobRecord]) -> dict[str, _Found]:
        """Return unit id -> jobs that exist for submissions whose result nobody wrote down."""

        def find(group: tuple[ExecutorSettings, list[JobAddress]]) -> dict[str, _Found]:
            executor, members = group
            tokens = {job.unit_id: records[job.unit_id].token for job in members}
            try:
                found = self.services.connections.get(executor).scheduler.find(list(tokens.values()))
            except BackendUnavailableError as error:
                return dict.fromkeys(tokens, error)
            return {unit_id: found.get(token, ()) for unit_id, token in tokens.items()}

        parts = self.services.workers.map(find, self._by_place(jobs))
        return {unit_id: handles for part in parts for unit_id, handles in part.items()}

    def _ask(self, jobs: Sequence[JobAddress]) -> dict[JobHandle, _Answer]:
        groups = self._by_place([job for job in jobs if job.handles])
        parts = self.services.workers.map(self._poll, groups)
        return {handle: answer for part in parts for handle, answer in part.items()}

    def _poll(self, group: tuple[ExecutorSettings, list[JobAddress]]) -> Mapping[JobHandle, _Answer]:
        executor, jobs = group
        handles = [handle for job in jobs for handle in job.handles]
        try:
            return self.services.connections.get(executor).scheduler.poll(handles)
        except BackendUnavailableError as error:
            return dict.fromkeys(handles, error)

    def _by_place(self, jobs: Sequence[JobAddress]) -> list[tuple[ExecutorSettings, list[JobAddress]]]:
        return by_place(jobs, lambda job: job.executor, self.services.connections)

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


def _addressed(job: JobAddress, record: JobRecord | None, found: Mapping[str, _Found]) -> JobAddress:
    """Complete the handles of a unit from what backends found for its intent, and from the journal."""
    handles = found.get(job.unit_id)
    if isinstance(handles, BackendUnavailableError):
        return replace(job, handles=())
    return replace(job, handles=handles or handles_of(job, record))


def _doubtful(error: BackendUnavailableError) -> UnitReport:
    message = f"nobody knows whether it was submitted, and the backend does not answer: {error}"
    return UnitReport(status=JobStatus(state=JobState.UNKNOWN, message=message), doubt=error)


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
