"""Older path of what ``nemo_run.cli.lazy`` offers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemo_run.cli.lazy import LazyEntrypoint as LazyEntrypoint
    from nemo_run.cli.lazy import LazyModule as LazyModule
    from nemo_run.cli.lazy import LazyTarget as LazyTarget
    from nemo_run.cli.lazy import lazy_imports as lazy_imports

_NAMES = ("LazyEntrypoint", "LazyModule", "LazyTarget", "lazy_imports")


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module("nemo_run.cli.lazy"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
