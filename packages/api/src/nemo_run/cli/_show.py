"""Lines on standard output."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemo_run_application.follow_logs import OnLine
    from nemo_run_application.ports.log_source import LogStream


def write(text: str) -> None:
    """Write a line; where standard output is closed, nothing."""
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - None where it is closed
        sys.stdout.write(f"{text}\n")


def flush() -> None:
    """Let what was written be seen at once."""
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stdout.flush()


def write_json(value: Any) -> None:
    """Write a value as one line of JSON."""
    write(json.dumps(value))


def log_objects(job_id: str, *, flush: bool) -> OnLine:
    """Return what writes lines of output as JSON objects.

    Args:
        job_id: Job that wrote them.
        flush: Let each line be seen at once.
    """

    def on_line(stream: LogStream, line: str) -> None:
        text = line.removesuffix("\n").removesuffix("\r")
        write_json({"job": job_id, "role": stream.role, "replica": stream.replica, "line": text})
        if flush:
            sys.stdout.flush()

    return on_line
