"""What one process remembers between commands.

Programs set ``NEMORUN_SKIP_CONFIRMATION`` and read ``MAIN_ENTRYPOINT`` on ``nemo_run.cli.api``; a value that
was set there counts. A script that is loaded for its entry point records it for who loads it only: other
threads and programs that are started meanwhile go on as ever.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_PUBLIC = "nemo_run.cli.api"

MAIN_ENTRYPOINT: Any = None
NEMORUN_SKIP_CONFIRMATION: bool | None = None


@dataclass
class Recording:
    """What a script that is loaded has recorded.

    Attributes:
        entrypoint: None until it called ``run.cli.main``.
    """

    entrypoint: Any = None


class RecordedEnding(BaseException):
    """Ends a script that is loaded: it has recorded its entry point, and would run it now."""


_recording: ContextVar[Recording | None] = ContextVar("nemo_run_recording", default=None)


@contextlib.contextmanager
def recording() -> Iterator[Recording]:
    """Let ``main`` record its entry point instead of running it, in this thread and this block."""
    token = _recording.set(slot := Recording())
    try:
        yield slot
    finally:
        _recording.reset(token)


def is_recording() -> bool:
    """Whether ``main`` records its entry point instead of running it.

    ``LAZY_CLI=true`` says so for all scripts of the process; only users set that.
    """
    return _recording.get() is not None or os.environ.get("LAZY_CLI", "").strip().lower() == "true"


def record(entrypoint: Any) -> None:
    """Remember the entry point of a script that is only loaded.

    Raises:
        RecordedEnding: Somebody waits for it: what follows is for after the run.
    """
    slot = _recording.get()
    if slot is not None:
        slot.entrypoint = entrypoint
        raise RecordedEnding
    globals()["MAIN_ENTRYPOINT"] = entrypoint
    if _PUBLIC in sys.modules:
        vars(sys.modules[_PUBLIC]).pop("MAIN_ENTRYPOINT", None)


def answer_for_all() -> bool | None:
    """Return the answer that the program gave to every question, if it did."""
    public = vars(sys.modules[_PUBLIC]) if _PUBLIC in sys.modules else {}
    given = public.get("NEMORUN_SKIP_CONFIRMATION")
    return NEMORUN_SKIP_CONFIRMATION if given is None else given
