"""Read the output of one job of a saved experiment, from any process."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nemo_run_application.await_jobs import Patience
from nemo_run_application.backends import Connection
from nemo_run_application.cancel import JobAddress
from nemo_run_application.follow_logs import LogFollower, OnLine
from nemo_run_application.ports.log_source import LogStream
from nemo_run_application.run_here import direct_handle
from nemo_run_application.services import Services
from nemo_run_application.status import ReadStatus
from nemo_run_domain.errors import BackendUnavailableError, NotFoundError, UnsupportedFeatureError
from nemo_run_domain.layout import direct_log
from nemo_run_domain.logs import LineAssembler

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5

BREATH = 0.005
"""Seconds between two reads that both found something; a talkative job must not keep a processor busy."""


@dataclass(frozen=True, slots=True)
class ReadLogs:
    """Pass on what a job has written, line by line.

    Attributes:
        services: Ports.
        on_line: Receives every whole line.
        pattern: Only lines that contain it are passed on.
    """

    services: Services
    on_line: OnLine
    pattern: re.Pattern[str] | None = None

    def __call__(self, directory: str, job: JobAddress, *, follow: bool = False) -> None:
        """Pass on every line there is, and with ``follow`` those to come until the job has ended.

        Following also ends when the backend has not known the job for its grace period. A job that ran
        in the launching process is not followed.

        Args:
            directory: Folder of the experiment.
            job: With the handles that are known, which may be none.
            follow: Go on; a job that somebody is about to launch is waited for.

        Raises:
            NotFoundError: The job was not launched.
            UnsupportedFeatureError: Its backend keeps no output.
            BackendUnavailableError: The backend cannot be asked, or not up to the last line.
        """
        if self._read_direct(job):
            return
        job = self._located(directory, job, wait=follow)
        connection = self.services.connections.get(job.executor)
        if connection.logs is None:
            raise UnsupportedFeatureError(f"the backend of job {job.unit_id!r} keeps no output")
        follower = LogFollower(connection.logs, self.on_line, self.pattern)
        if follow:
            self._follow(follower, connection, directory, job)
        if not follower.finish(job.handles):
            raise BackendUnavailableError(f"the output of {job.unit_id!r} could not be read to its end")

    def _read_direct(self, job: JobAddress) -> bool:
        """Pass on the log of a run in the launching process; whether there is one."""
        data = self.services.store.read(job.executor.job_dir, direct_log(job.unit_id))
        if data is None:
            return False
        backend = self.services.connections.backend(job.executor).name
        stream, lines = LogStream(direct_handle(backend, job.unit_id), job.unit_id), LineAssembler()
        for line in (*lines.feed(data), *lines.close()):
            if self.pattern is None or self.pattern.search(line):
                self.on_line(stream, line)
        return True

    def _located(self, directory: str, job: JobAddress, *, wait: bool) -> JobAddress:
        """Return a job with its handles."""
        read, store, pause = ReadStatus(self.services), self.services.store, FIRST_PAUSE
        while True:
            is_held = wait and store.is_held(directory)  # before the look at what the holder has done
            report = read(directory, [job])[job.unit_id]
            if report.doubt is not None:
                raise report.doubt
            if report.handles:
                return replace(job, handles=report.handles)
            if report.doubt is not None and not wait:
                raise report.doubt
            if not (is_held or report.doubt is not None) or report.status.is_final:
                raise NotFoundError(f"job {job.unit_id!r} has no output: it was not launched")
            self.services.clock.sleep(pause)
            pause = _longer(pause)

    def _follow(self, follower: LogFollower, connection: Connection, directory: str, job: JobAddress) -> None:
        """Read until the job has ended; ask for its state only when told so, or now and then."""
        clock, changed, pause = self.services.clock, threading.Event(), FIRST_PAUSE
        read, patience, next_look = ReadStatus(self.services), Patience(self.services), clock.monotonic()
        with _notified(connection, changed):
            while True:
                if changed.is_set():
                    changed.clear()
                    next_look = clock.monotonic()
                if follower.read(job.handles):
                    clock.sleep(BREATH)
                    pause = FIRST_PAUSE
                    continue
                if clock.monotonic() >= next_look:
                    if patience.is_over(job, read(directory, [job])[job.unit_id].status):
                        return
                    next_look = clock.monotonic() + connection.poll_interval
                clock.wait(changed, pause)
                pause = _longer(pause)


def _longer(pause: float) -> float:
    return min(pause * 1.2, LONGEST_PAUSE)


@contextmanager
def _notified(connection: Connection, changed: threading.Event) -> Generator[None]:
    """Set ``changed`` whenever something may have happened, where the backend can tell."""
    end = connection.notifier.subscribe(changed.set) if connection.notifier is not None else None
    try:
        yield
    finally:
        if end is not None:
            end()
