"""Lazy tasks that are resolved where they run, and not where they are launched."""

from __future__ import annotations

from typing import Any

from nemo_run.cli._lazy.command_line import read_command_line
from nemo_run.cli._lazy.errors import LazyImportError
from nemo_run.cli._lazy.modules import LazyModule
from nemo_run.cli._lazy.targets import LazyTarget, is_dotted
from nemo_run_domain.names import slug


def is_resolved_elsewhere(task: Any) -> bool:
    """Whether a lazy task travels as it is.

    Commands and scripts do; so does a function whose module cannot be imported here. The place where
    the task runs needs nemo_run, then.
    """
    target = getattr(task, "_target_", None)
    if not isinstance(target, LazyTarget):
        return False
    if target.script or not is_dotted(target.import_path):
        return True
    try:
        _ = target.target
    except LazyImportError:
        return True
    return False


def name_of(target: Any) -> str:
    """Return a name for a task by what it calls later: a function, command or script."""
    path = target.name if isinstance(target, LazyModule) else target.import_path
    if getattr(target, "script", ""):
        return target.__name__
    return path if is_dotted(path) else slug("-".join(read_command_line(path).command))
