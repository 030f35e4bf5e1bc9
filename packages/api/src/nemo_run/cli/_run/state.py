"""What one process remembers between commands.

Programs set ``NEMORUN_SKIP_CONFIRMATION`` and read ``MAIN_ENTRYPOINT`` on ``nemo_run.cli.api``; a value that
was set there counts.
"""

from __future__ import annotations

import os
import sys
from typing import Any

_PUBLIC = "nemo_run.cli.api"

MAIN_ENTRYPOINT: Any = None
NEMORUN_SKIP_CONFIRMATION: bool | None = None


def is_recording() -> bool:
    """Whether ``main`` records its entry point instead of running it."""
    return os.environ.get("LAZY_CLI", "").strip().lower() == "true"


def record(entrypoint: Any) -> None:
    """Remember the entry point of a script that is only loaded."""
    _set("MAIN_ENTRYPOINT", entrypoint)


def recorded() -> Any:
    """Return the entry point that a script recorded, or None."""
    return _get("MAIN_ENTRYPOINT")


def forget() -> None:
    """Forget the recorded entry point."""
    _set("MAIN_ENTRYPOINT", None)


def answer_for_all() -> bool | None:
    """Return the answer that the program gave to every question, if it did."""
    return _get("NEMORUN_SKIP_CONFIRMATION")


def _get(name: str) -> Any:
    public = vars(sys.modules[_PUBLIC]) if _PUBLIC in sys.modules else {}
    return public[name] if public.get(name) is not None else globals()[name]


def _set(name: str, value: Any) -> None:
    globals()[name] = value
    if _PUBLIC in sys.modules:
        vars(sys.modules[_PUBLIC]).pop(name, None)
