"""Wait for jobs that another process launched."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from nemo_run_application.cancel import JobAddress
from nemo_run_application.services import Services
from nemo_run_application.status import ReadStatus
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobState, JobStatus, Reason

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class AwaitJobs:
    """Ask for the status of saved jobs, more and more rarely, until all have ended.

    Units that were never submitted are waited for as long as somebody holds the experiment: between
    two jobs of a chain their launcher may live in another process.
    """

    services: Services

    def __call__(
        self, directory: str, jobs: Sequence[JobAddress], *, timeout: float | None = None
    ) -> dict[str, JobStatus]:
        """Return unit id -> last status, once all have ended or the time is over.

        Args:
            directory: Folder of the experiment.
            jobs: Units with the handles that are known.
            timeout: Seconds; None waits for ever. Units that their backend does not know are waited
                for during its grace period only.
        """
        clock = self.services.clock
        deadline = None if timeout is None else clock.monotonic() + timeout
        read = ReadStatus(self.services)
        patience = Patience(self.services)
        pause = FIRST_PAUSE
        abandoned = False
        while True:
            # Asked before the journal is read: what a launcher wrote just before its end is seen then.
            free = not self.services.store.is_held(directory)
            reports = read(directory, jobs)
            statuses = {unit_id: report.status for unit_id, report in reports.items()}
            left = None if deadline is None else deadline - clock.monotonic()
            doubtful = any(report.doubt is not None for report in reports.values())
            over = all([patience.is_over(job, statuses[job.unit_id]) for job in jobs]) and not doubtful
            launched = all(status.state is not JobState.UNSUBMITTED for status in statuses.values())
            if (over and (launched or (free and abandoned))) or (left is not None and left <= 0):
                return statuses
            abandoned = free
            clock.wait(threading.Event(), pause if left is None else min(pause, left))
            pause = min(pause * 1.1, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Patience:
    """Decides when there is nothing more to wait for; a backend may need a while to know a job.

    Attributes:
        services: Ports.
    """

    services: Services
    _unknown_since: dict[str, float] = field(init=False, default_factory=dict[str, float])

    def is_over(self, job: JobAddress, status: JobStatus) -> bool:
        """Whether a job has ended, was never submitted, or has been unknown for too long."""
        if status.state is not JobState.UNKNOWN or status.reason is Reason.LOST:
            self._unknown_since.pop(job.unit_id, None)
            return status.state in (JobState.UNSUBMITTED, JobState.UNKNOWN) or status.is_final
        now = self.services.clock.monotonic()
        try:
            grace = self.services.connections.get(job.executor).unknown_grace
        except BackendUnavailableError:
            return False
        return now - self._unknown_since.setdefault(job.unit_id, now) >= grace
