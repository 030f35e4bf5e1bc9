"""Running what was configured, shown and agreed to."""

from __future__ import annotations

from typing import Any

from nemo_run.cli._run.undecoded import check_texts
from nemo_run.cli._run.view import ContextView, extras_of, leaves_this_process
from nemo_run.exceptions import JobFailedError
from nemo_run_domain.job import JobState


def run_task(context: ContextView, task: Any) -> None:
    """Run a task where the context says.

    Raises:
        ExperimentFailedError: It did not succeed.
        UndecodedTextError: It leaves this process and has a text that is none.
    """
    from nemo_run.run.api import run

    given = extras_of(context).given
    if leaves_this_process(context):
        check_texts(task)
    else:
        task = _with_plugins(context, task)
    run(
        _with_context(context, task),
        name=context.name,
        executor=context.executor,
        plugins=context.plugins,
        direct=not leaves_this_process(context),
        dryrun=context.dryrun,
        detach=context.detach,
        tail_logs=context.tail_logs if "tail_logs" in given else True,
        raise_on_failure=True,
    )


def run_experiment(context: ContextView, task: Any) -> None:
    """Call the function of an experiment; it launches what it likes.

    Raises:
        JobFailedError: Something that it launched through the context did not succeed.
    """
    from nemo_run._config.build import build
    from nemo_run._fiddle import import_fiddle
    from nemo_run.config import Partial

    # Called when all is built: errors are the function's own, and it may build what it launches.
    function = build(import_fiddle().cast(Partial, _with_context(context, task, in_function=True)))
    function()
    check_experiments(context)


def check_experiments(context: ContextView) -> None:
    """Check that what was launched through the context succeeded, or was detached.

    Raises:
        JobFailedError: Some did not.
    """
    bad: list[str] = []
    for experiment in extras_of(context).experiments:
        if not experiment.detach:
            bad += [f"{job.id} {job.state}" for job in experiment.jobs if job.state is not JobState.SUCCEEDED]
    if bad:
        raise JobFailedError(f"did not succeed: {', '.join(bad)}")


def _with_context(context: ContextView, task: Any, *, in_function: bool = False) -> Any:
    """Return a task with the context as ``ctx``: itself in this process, its configuration elsewhere."""
    if "ctx" in extras_of(context).parameters:
        task = task.clone()
        elsewhere = leaves_this_process(context) and not in_function
        task.__arguments__["ctx"] = context.to_config() if elsewhere else context
    return task


def plugins_in_vain(context: ContextView) -> str:
    """Return what to say about plugins that are not applied, if there are such."""
    if not context.plugins or context.executor is not None:
        return ""
    names = ", ".join(type(plugin).__name__ for plugin in context.plugins)
    return f"Warning: {names} not applied: plugins need an executor, and there is none"


def _with_plugins(context: ContextView, task: Any) -> Any:
    """Return a copy of a task that plugins have changed, for a run in this process."""
    if not context.plugins or context.executor is None:
        return task
    changed, executor = task.clone(), context.executor.clone()
    for plugin in context.plugins:
        plugin.assign(context.name)
        plugin.setup(changed, executor)
    return changed
