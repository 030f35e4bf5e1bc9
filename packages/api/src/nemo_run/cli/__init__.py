"""The command line: the programs ``nemorun`` and ``nemo``, and what user programs build on it.

Names are loaded at first use, like those of ``nemo_run``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemo_run.cli._app import create_cli as create_cli

_EXPORTS = {"create_cli": "nemo_run.cli._app"}

__all__ = ["create_cli"]


def __getattr__(name: str) -> Any:
    if (module := _EXPORTS.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
