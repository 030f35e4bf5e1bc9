"""Colours by hand, for texts that are not worth importing ``rich``."""

from __future__ import annotations

from nemo_run_domain.job import JobState

RESET = "\x1b[0m"
BOLD = "1"
DIM = "2"
RED = "31"
GREEN = "32"
YELLOW = "33"
CYAN = "36"
TITLE = "1;35"
LABEL = "1;32"
NAME = "1;33"

JOB_COLORS = ("32", "36", "35", "33", "34", "92", "96", "95", "93", "94")
"""One after the other; red is left to failures."""

_STATES = {
    JobState.RUNNING: CYAN,
    JobState.SUCCEEDED: GREEN,
    JobState.FAILED: RED,
    JobState.CANCELLED: YELLOW,
    JobState.UNKNOWN: YELLOW,
}


def styled(text: str, code: str, *, color: bool) -> str:
    """Return ``text`` in a colour, or as it is."""
    return f"\x1b[{code}m{text}{RESET}" if color and code and text else text


def state_color(state: JobState) -> str:
    """Return the code of a state; empty for those that need no attention."""
    return _STATES.get(state, "")


def one_line(text: str) -> str:
    """Return text from elsewhere as one line that cannot move the cursor."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
