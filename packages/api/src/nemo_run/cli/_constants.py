"""Constants of ``nemo_run.cli.api`` that need imports or the environment."""

from __future__ import annotations

import importlib
import os
from typing import Any, List  # noqa: UP035 - the documented type

from nemo_run._registry import _workspace


def read(name: str) -> Any:
    """Return what a constant is at this moment."""
    return _READERS[name]()


def executor_classes() -> list[Any]:
    """Return ``Executor`` and every executor of this package."""
    package = importlib.import_module("nemo_run")
    names = [name for name in package.__all__ if name.endswith("Executor") and name != "Executor"]
    return [package.Executor, *(getattr(package, name) for name in names)]


def plugin_classes() -> list[Any]:
    """Return what annotations of plugins may be."""
    plugin = importlib.import_module("nemo_run.run.plugin").ExperimentPlugin
    return [plugin, List[plugin]]  # noqa: UP006


def is_pretty() -> bool:
    """Whether scripts show Typer's tracebacks: ``NEMORUN_PRETTY_EXCEPTIONS=true``."""
    return os.environ.get("NEMORUN_PRETTY_EXCEPTIONS", "").strip().lower() == "true"


_READERS = {
    "EXECUTOR_CLASSES": executor_classes,
    "INCLUDE_WORKSPACE_FILE": _workspace.is_wanted,
    "NEMORUN_PRETTY_EXCEPTIONS": is_pretty,
    "PLUGIN_CLASSES": plugin_classes,
}
