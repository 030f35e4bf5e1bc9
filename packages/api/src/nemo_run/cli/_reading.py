"""Read the output of a job, line by line, as it appears."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from nemo_run.exceptions import NotFoundError, UnsupportedFeatureError
from nemo_run.run import _managing
from nemo_run.run.experiment import Experiment
from nemo_run.run.job import Job, JobGroup
from nemo_run_application.backends import Connection
from nemo_run_application.follow_logs import LogFollower
from nemo_run_application.ports.log_source import LogStream
from nemo_run_domain.job import JobHandle, JobState
from nemo_run_domain.layout import direct_log
from nemo_run_domain.logs import compile_filter

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0

OnLine = Callable[[str, int, str], None]
"""Receives the role, the number of the replica, and a line with its end."""


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads what one job of a saved experiment has written.

    Attributes:
        experiment: Holds the job.
        job: Whose output.
        on_line: Receives every line.
        regex: Only lines that contain it.
    """

    experiment: Experiment
    job: Job | JobGroup
    on_line: OnLine
    regex: str | None = None

    def read(self, *, follow: bool = False) -> None:
        """Pass on every line there is, and with ``follow`` those to come until the job ends.

        Raises:
            InvalidConfigError: ``regex`` is no regular expression.
            NotFoundError: The job was never launched.
            UnsupportedFeatureError: Its backend keeps no output.
        """
        pattern = compile_filter(self.regex)
        path = os.path.join(self.job.executor.job_dir, direct_log(self.job.id))
        if os.path.exists(path):
            self._read_file(path, pattern)
            return
        handles = self._handles()
        connection = self.experiment._services.connections.get(self.job.executor)
        if connection.logs is None:
            raise UnsupportedFeatureError(
                f"{self.job.executor.info()} keeps no output of job {self.job.id!r}"
            )
        follower = LogFollower(connection.logs, self._pass_on, pattern)
        if follow:
            self._follow(follower, handles, connection)
        follower.finish(handles)

    def _pass_on(self, stream: LogStream, line: str) -> None:
        self.on_line(stream.role, stream.replica, line)

    def _read_file(self, path: str, pattern: re.Pattern[str] | None) -> None:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                if pattern is None or pattern.search(line):
                    self.on_line(self.job.id, 0, line)

    def _handles(self) -> tuple[JobHandle, ...]:
        handles = _managing.reports(self.experiment)[self.job.id].handles
        if not handles:
            raise NotFoundError(f"job {self.job.id!r} of {self.experiment.id} has no output: never launched")
        return handles

    def _follow(self, follower: LogFollower, handles: tuple[JobHandle, ...], connection: Connection) -> None:
        """Read until the job has ended, or its backend has not known it for a while.

        Asks for the state only when there is nothing to read, more and more rarely.
        """
        clock = self.experiment._services.clock
        pause, last_known = FIRST_PAUSE, clock.monotonic()
        while True:
            if follower.read(handles):
                sys.stdout.flush()
                pause = FIRST_PAUSE
                continue
            status = _managing.reports(self.experiment)[self.job.id].status
            if status.state is not JobState.UNKNOWN:
                last_known = clock.monotonic()
            if status.is_final or clock.monotonic() - last_known > connection.unknown_grace:
                return
            clock.sleep(pause)
            pause = min(pause * 1.2, LONGEST_PAUSE)
