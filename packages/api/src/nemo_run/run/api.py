"""The function ``run``: one task, one call."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from nemo_run._translate import as_task, default_name
from nemo_run.run import _dry
from nemo_run.run._adding import as_executor, as_plugins
from nemo_run.run.task import direct_run_fn

if TYPE_CHECKING:
    from nemo_run.core.execution.base import Executor
    from nemo_run.run.plugin import ExperimentPlugin


def run(
    fn_or_script: Any,
    executor: Executor | str | None = None,
    plugins: ExperimentPlugin | list[ExperimentPlugin] | None = None,
    name: str = "",
    dryrun: bool = False,
    direct: bool = False,
    detach: bool = False,
    tail_logs: bool = True,
    log_level: str = "INFO",
    raise_on_failure: bool | None = None,
) -> None:
    """Run one task and wait for it.

    Args:
        fn_or_script: A ``run.Partial`` or a ``run.Script``.
        executor: Where to run it, or the name of an executor; None: in this process.
        plugins: Change copies of the task and the executor before the launch.
        name: Title of the experiment and id of the job; default: after the function or script.
        dryrun: Show what would be run.
        direct: Run in this process, whatever the executor.
        detach: Return once the task is launched.
        tail_logs: Print the output of the task while waiting.
        log_level: Level of the ``nemo_run`` loggers.
        raise_on_failure: Raise when the task does not succeed; None: as
            ``NEMORUN_RAISE_ON_FAILURE`` says.

    Raises:
        TypeError: Nothing that can be run.
        ValueError: A name that is not allowed, or an executor nobody knows.
        ExperimentFailedError: The task did not succeed, with ``raise_on_failure``.
    """
    if direct or executor is None:
        if _dry.is_on():
            _dry.show_task(fn_or_script)
            return
        if detach and not dryrun:
            sys.stderr.write("detach has no effect: the task runs in this process, which waits for it\n")
        direct_run_fn(fn_or_script, dryrun=dryrun)
        return
    task = as_task(fn_or_script)
    place = as_executor(executor)
    title = name or default_name(task)
    from nemo_run.run.experiment import Experiment

    with Experiment(
        title, executor=place, log_level=log_level, raise_on_failure=raise_on_failure
    ) as experiment:
        experiment.add(task, name=title, plugins=as_plugins(plugins), tail_logs=tail_logs)
        if dryrun:
            experiment.dryrun()
        else:
            experiment.run(detach=detach)
