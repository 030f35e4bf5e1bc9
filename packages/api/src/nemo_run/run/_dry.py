"""Commands that only show: inside one, nothing is launched, whatever the user's function calls."""

from __future__ import annotations

import contextlib
import contextvars
import shlex
import sys
from collections.abc import Iterator
from typing import Any

from nemo_run.config import Script
from nemo_run.run._arguments import render_arguments
from nemo_run.run._direct import check
from nemo_run.run._telling import notice, printer
from nemo_run.run._view import ExperimentView
from nemo_run.run.task import dryrun_fn, resolved, script_argv

_here: contextvars.ContextVar[bool] = contextvars.ContextVar("nemo_run_dry_here")


@contextlib.contextmanager
def showing(*, here: bool = False) -> Iterator[None]:
    """Let everything that would launch jobs show them instead.

    Args:
        here: Dry runs of experiments are those of a run in this process.
    """
    token = _here.set(here)
    try:
        yield
    finally:
        _here.reset(token)


def is_on() -> bool:
    """Whether nothing is to be launched."""
    return _here.get(None) is not None


def is_here() -> bool:
    """Whether dry runs are those of a run in this process."""
    return _here.get(None) is True


def show(experiment: ExperimentView, *, direct: bool) -> None:
    """Show an experiment that a function wants to run though its command is a dry run."""
    text = "this is a dry run, nothing is launched; with ctx.launch(exp) instead of exp.run() "
    notice(experiment, text + "the other options of the command count, too")
    with showing(here=direct):
        experiment.dryrun()


def print_here(experiment: ExperimentView) -> None:
    """Print what would run in this process.

    Raises:
        UsageError: It has groups or dependencies.
    """
    check(experiment._domain())
    out = printer(experiment)
    out.line(f"Dry run of experiment {experiment.id}, in this process")
    for job in experiment._jobs:
        out.line(f"Task {job.id}")
        out.line(_text_of(job.tasks[0]))


def show_task(task: Any) -> None:
    """Print a task that a function wants to run in this process though its command is a dry run."""
    task = resolved(task)
    if isinstance(task, Script):
        sys.stdout.write(f"Dry run for script {_text_of(task)}\n")
    else:
        dryrun_fn(task)


def _text_of(task: Any) -> str:
    if isinstance(task, Script):
        return shlex.join(script_argv(task))
    return render_arguments(task).rstrip("\n")
