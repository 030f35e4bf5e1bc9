"""Lines on standard output."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from nemo_run_domain.logs import line_prefix, prefixed


def write(text: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")


def write_json(value: Any) -> None:
    """Write a value as one line of JSON."""
    write(json.dumps(value))


def write_log_line(role: str, replica: int, line: str) -> None:
    """Write a line of output for people, with its role in front."""
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    sys.stdout.write(prefixed(line, line_prefix(role, replica), color=color))


def write_log_object(job_id: str, role: str, replica: int, line: str) -> None:
    """Write a line of output as one JSON object."""
    text = line.removesuffix("\n").removesuffix("\r")
    write_json({"job": job_id, "role": role, "replica": replica, "line": text})
