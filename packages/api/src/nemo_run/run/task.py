"""Running and showing a task in this process."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from nemo_run._masking import masked
from nemo_run._translate import is_configured, is_lazy
from nemo_run.config import Script
from nemo_run.exceptions import UnsupportedTaskError
from nemo_run_domain.errors import JobFailedError

if TYPE_CHECKING:
    from nemo_run.core.execution.base import Executor


def direct_run_fn(task: Any, dryrun: bool = False) -> None:
    """Run a task in this process; a script becomes a child of it.

    Raises:
        TypeError: Neither a ``Partial`` nor a ``Script``, or the dry run of a script.
        JobFailedError: The script ended with an exit code other than 0.
    """
    task = resolved(task)
    if dryrun:
        dryrun_fn(task, build=True)
    elif isinstance(task, Script):
        _run_script(task)
    else:
        _as_partial(task)()


def resolved(task: Any) -> Any:
    """Return a task with what it names imported."""
    return task.resolve() if is_lazy(task) else task


def _is_ours(task: Any) -> bool:
    if not is_configured(task):
        return False
    from nemo_run.config import Config, Partial

    return isinstance(task, (Partial, Config))


def _as_partial(task: Any) -> Any:
    if _is_ours(task):
        from nemo_run._config import build as building
        from nemo_run._fiddle import import_fiddle
        from nemo_run.config import Partial

        return building.build(import_fiddle().cast(Partial, task))
    raise UnsupportedTaskError(f"Need a configured run.Partial or run.Script. Got {masked(task)!r}.")


def _run_script(script: Script) -> None:
    """Start a script without a shell, its output on this process's ``sys.stdout`` and ``sys.stderr``."""
    import subprocess

    argv = script_argv(script)
    for stream in (sys.stdout, sys.stderr):
        if _is_open(stream):
            stream.flush()
    captured = _is_open(sys.stdout) and not _is_real(sys.stdout)
    process = subprocess.Popen(
        argv,
        env={**os.environ, **(script.env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if captured else None,
        stderr=subprocess.STDOUT if captured else None,
    )
    with process:
        for line in process.stdout or ():
            sys.stdout.write(line.decode("utf-8", "replace"))
            sys.stdout.flush()
    if process.returncode:
        raise JobFailedError(f"{argv[0]} ended with exit code {process.returncode}")


def script_argv(script: Script) -> list[str]:
    """Return the command of a script, without a shell around it."""
    python = sys.executable if script.entrypoint == "python" else script.entrypoint
    args = [str(arg) for arg in script.args or []]
    if script.inline:
        name = [] if "python" in python else [python]  # what a shell calls $0 stands before the arguments
        return [python, "-c", script.inline, *name, *args]
    return [python, *(["-m"] if script.m else []), script.path, *args]


def _is_open(stream: Any) -> bool:
    """Whether there is a stream: Python has None for standard streams that are closed at its start."""
    return stream is not None


def _is_real(stream: Any) -> bool:
    try:
        return stream.fileno() == 1
    except (OSError, ValueError, AttributeError):
        return False


def dryrun_fn(configured_task: Any, executor: Executor | None = None, build: bool = False) -> None:
    """Print what a configured function would be called with.

    Args:
        configured_task: A ``run.Partial`` or a ``run.Config``.
        executor: Shown below the arguments.
        build: Also build the object, without calling it.

    Raises:
        TypeError: Nothing that was configured.
    """
    if not _is_ours(configured_task):
        raise UnsupportedTaskError(f"Need a run Partial for dryrun. Got {masked(configured_task)!r}.")
    from nemo_run.run._arguments import print_arguments, render_arguments

    if getattr(sys.stdout, "isatty", bool)():
        print_arguments(configured_task, executor)
    elif _is_open(sys.stdout):
        sys.stdout.write(render_arguments(configured_task, executor))
    if build:
        from nemo_run._config import build as building

        building.build(configured_task)
