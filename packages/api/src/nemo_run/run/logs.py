"""Printing the output of jobs."""

from __future__ import annotations

import os
import sys
from typing import IO

from nemo_run_application.follow_logs import OnLine
from nemo_run_application.ports.log_source import LogStream
from nemo_run_domain.logs import line_prefix, prefixed


def printer_to(file: IO[str], *, flush: bool = True) -> OnLine:
    """Return what prints lines of output, each with its role and the number of the copy in front.

    Args:
        file: Where to print; a terminal gets colours.
        flush: Let each line be seen at once.
    """
    color = file.isatty() and "NO_COLOR" not in os.environ

    def on_line(stream: LogStream, line: str) -> None:
        file.write(prefixed(line, line_prefix(stream.role, stream.replica), color=color))
        if flush:
            file.flush()

    return on_line


def stderr() -> IO[str]:
    """Return the standard error stream of the moment."""
    return sys.stderr
