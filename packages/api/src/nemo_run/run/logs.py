"""Printing the output of jobs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import IO

from nemo_run_application.await_jobs import Patience
from nemo_run_application.cancel import JobAddress
from nemo_run_application.follow_logs import LogFollower
from nemo_run_application.ports.log_source import LogStream
from nemo_run_application.services import Services
from nemo_run_application.status import ReadStatus
from nemo_run_domain.logs import compile_filter, line_prefix, prefixed


def print_job_logs(
    services: Services,
    directory: str,
    job: JobAddress,
    *,
    file: IO[str],
    regex: str | None = None,
    follow: bool = False,
) -> bool:
    """Print what a job has written, each line with its role in front.

    Args:
        services: Ports.
        directory: Folder of the experiment.
        job: With its handles.
        file: Where to print.
        regex: Only lines that contain it.
        follow: Go on until the job has ended.

    Returns:
        Whether the backend keeps logs of such jobs.
    """
    pattern = compile_filter(regex)
    source = services.connections.get(job.executor).logs
    if source is None:
        return False
    color = _wants_color(file)

    def on_line(stream: LogStream, line: str) -> None:
        file.write(prefixed(line, line_prefix(stream.role, stream.replica), color=color))
        file.flush()

    follower = LogFollower(source, on_line, pattern)
    read, patience = ReadStatus(services), Patience(services)
    while follow and not patience.is_over(job, read(directory, [job])[job.unit_id].status):
        if not follower.read(job.handles):
            services.clock.sleep(0.05)
    follower.finish(job.handles)
    return True


def _wants_color(file: IO[str]) -> bool:
    return file.isatty() and "NO_COLOR" not in os.environ


def stderr() -> IO[str]:
    """Return the standard error stream of the moment."""
    return sys.stderr


__all__: Sequence[str] = ["print_job_logs", "stderr"]
