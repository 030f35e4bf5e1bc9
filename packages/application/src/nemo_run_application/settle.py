"""Make sure that jobs nobody can tell anything about do not run after all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nemo_run_application.cancel import CancelJobs, JobAddress
from nemo_run_application.services import Services
from nemo_run_application.status import ReadStatus, UnitReport
from nemo_run_domain.job import JobState

FORGET_AFTER = 2.0
"""Seconds after which a job that stays unknown is taken to be none."""

GIVE_UP_AFTER = 15.0
"""Seconds for jobs that turned out to run to end."""

_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class SettleUnknown:
    """Cancel what is unknown: a submission may have reached its backend and not have begun."""

    services: Services

    def __call__(self, directory: str, jobs: Sequence[JobAddress]) -> dict[str, UnitReport]:
        """Return a report for every unit; those that were unknown have ended if they ever existed.

        Args:
            directory: Folder of the experiment.
            jobs: Units with the handles that are known.

        Raises:
            BackendUnavailableError: A submission was begun whose result nobody wrote down, and its
                backend cannot be asked at the moment whether the job exists.
        """
        reports = ReadStatus(self.services)(directory, jobs)
        if doubts := [report.doubt for report in reports.values() if report.doubt is not None]:
            raise doubts[0]
        doubtful = [replace(j, handles=reports[j.unit_id].handles) for j in jobs if _is_doubtful(j, reports)]
        if not doubtful:
            return reports
        CancelJobs(self.services)(directory, doubtful)
        return {**reports, **self._await(directory, doubtful)}

    def _await(self, directory: str, jobs: Sequence[JobAddress]) -> dict[str, UnitReport]:
        clock = self.services.clock
        start = clock.monotonic()
        while True:
            reports = ReadStatus(self.services)(directory, jobs)
            passed = clock.monotonic() - start
            limit = {True: FORGET_AFTER, False: GIVE_UP_AFTER}
            left = [r for r in reports.values() if not r.status.is_final and passed < limit[_is_unknown(r)]]
            if not left:
                return reports
            clock.sleep(_PAUSE)


def _is_doubtful(job: JobAddress, reports: Mapping[str, UnitReport]) -> bool:
    return bool(reports[job.unit_id].handles) and _is_unknown(reports[job.unit_id])


def _is_unknown(report: UnitReport) -> bool:
    return report.status.state is JobState.UNKNOWN
