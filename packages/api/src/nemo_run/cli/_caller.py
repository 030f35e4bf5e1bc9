"""Who called: the first function outside of this package."""

from __future__ import annotations

import inspect
from types import FrameType


def frame_of_caller() -> FrameType | None:
    """Return the frame of the user's code that led here."""
    frame = inspect.currentframe()
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    return frame


def _is_ours(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__") or ""
    return name == "nemo_run" or name.startswith("nemo_run.")


def module_of_caller() -> str | None:
    """Return the name of the module of the user's code that led here."""
    frame = frame_of_caller()
    return None if frame is None else frame.f_globals.get("__name__")
