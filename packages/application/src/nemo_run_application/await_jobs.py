"""Wait for jobs that another process launched."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from nemo_run_application.cancel import JobAddress
from nemo_run_application.services import Services
from nemo_run_application.status import ReadStatus
from nemo_run_domain.job import JobState, JobStatus

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class AwaitJobs:
    """Ask for the status of saved jobs, more and more rarely, until all have ended."""

    services: Services

    def __call__(
        self, directory: str, jobs: Sequence[JobAddress], *, timeout: float | None = None
    ) -> dict[str, JobStatus]:
        """Return unit id -> last status, once all have ended or the time is over.

        Args:
            directory: Folder of the experiment.
            jobs: Units with the handles that are known.
            timeout: Seconds; None waits for ever. Units that were never submitted are not waited for.
        """
        clock = self.services.clock
        deadline = None if timeout is None else clock.monotonic() + timeout
        read = ReadStatus(self.services)
        pause = FIRST_PAUSE
        while True:
            statuses = {unit_id: report.status for unit_id, report in read(directory, jobs).items()}
            left = None if deadline is None else deadline - clock.monotonic()
            if all(_is_over(status) for status in statuses.values()) or (left is not None and left <= 0):
                return statuses
            clock.wait(threading.Event(), pause if left is None else min(pause, left))
            pause = min(pause * 1.1, LONGEST_PAUSE)


def _is_over(status: JobStatus) -> bool:
    return status.is_final or status.state in (JobState.UNSUBMITTED, JobState.UNKNOWN)
