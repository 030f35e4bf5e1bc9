"""From the arguments of ``Experiment.add`` to a job."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nemo_run._translate import as_task, callable_task, default_name, script_task
from nemo_run.config import Script
from nemo_run.core.execution.base import Executor
from nemo_run.exceptions import UsageError
from nemo_run.run.job import Job, JobGroup
from nemo_run_domain.names import check_component, unique_id

if TYPE_CHECKING:
    from nemo_run.run.plugin import ExperimentPlugin


def as_executor(executor: Any) -> Executor:
    """Return an executor, looking up names among profiles and in the executors file.

    Raises:
        InvalidConfigError: No executor has that name, or its profile cannot work.
        UsageError: It is no executor.
    """
    if isinstance(executor, str):
        return _named(executor)
    if not isinstance(executor, Executor):
        raise UsageError(f"an executor must be an Executor such as run.LocalExecutor(), not {executor!r}")
    return executor


def _named(name: str) -> Executor:
    from nemo_run.core.execution._profiles import named_executor  # reading profiles takes a while to load

    return named_executor(name)


def as_plugins(plugins: Any) -> list[ExperimentPlugin]:
    """Return a list of plugins from one, several or none.

    Raises:
        UsageError: Something is no plugin.
    """
    if plugins is None:
        return []
    is_one = hasattr(plugins, "setup") or not isinstance(plugins, Iterable)
    found: list[Any] = [plugins] if is_one else list(plugins)
    for plugin in found:
        if not hasattr(plugin, "setup"):
            raise UsageError(f"a plugin is an object of a class derived from run.Plugin, not {plugin!r}")
    return found


def _checked_copy(task: Any) -> Any:
    """Return a task that can travel and that later changes to the caller's do not reach."""
    task = as_task(task)
    check_task(task)
    return copy.deepcopy(task)


class JobFactory:
    """Makes the jobs of one experiment.

    Attributes:
        experiment_id: Id of the experiment.
        experiment_dir: Its folder.
        directories: Job id -> name of the job's folder.
    """

    def __init__(self, experiment_id: str, experiment_dir: str) -> None:
        self.experiment_id = experiment_id
        self.experiment_dir = experiment_dir
        self.directories: dict[str, str] = {}

    def single(self, task: Any, executor: Executor, name: str, plugins: Any) -> Job:
        """Return a job with copies of its task and executor, plugins applied.

        Raises:
            UnsupportedTaskError: Nothing that can be run.
            PackagingError: Something in the task cannot travel.
            InvalidConfigError: The name is not allowed.
        """
        task = _checked_copy(task)
        job_id, directory = self._place(name, name or default_name(task))
        copied = self._assigned(executor, job_id, directory)
        applied = as_plugins(plugins)
        self._apply(applied, [(task, copied)])
        self.directories[job_id] = directory
        return Job(id=job_id, task=task, executor=copied, plugins=applied or None)

    def group(self, tasks: Sequence[Any], executor: Any, name: str, plugins: Any) -> JobGroup:
        """Return a group with copies of its tasks and executors, plugins applied.

        Raises:
            UsageError: No name, no task, or executors that do not fit.
        """
        if not name:
            raise UsageError("a group of tasks needs a name: add([...], name='my-group')")
        if not tasks:
            raise UsageError(f"group {name!r} has no task")
        copies = [_checked_copy(task) for task in tasks]
        job_id, directory = self._place(name, name)
        executors = [self._assigned(e, job_id, directory) for e in _group_executors(executor, len(copies))]
        applied = as_plugins(plugins)
        self._apply(applied, list(zip(copies, executors, strict=True)))
        self.directories[job_id] = directory
        return JobGroup(id=job_id, tasks=copies, executors=executors, plugins=applied or None)

    def _place(self, name: str, base: str) -> tuple[str, str]:
        check_component(base, what=f"job name {base!r}")
        job_id = unique_id(base, self.directories)
        return job_id, base if name else job_id

    def _assigned(self, executor: Executor, job_id: str, directory: str) -> Executor:
        copied = executor.clone()
        copied.assign(self.experiment_id, self.experiment_dir, task_id=job_id, task_dir=directory)
        return copied

    def _apply(self, plugins: Sequence[Any], pairs: Sequence[tuple[Any, Executor]]) -> None:
        for plugin in plugins:
            plugin.assign(self.experiment_id)
            for task, executor in pairs:
                plugin.setup(task, executor)


def check_task(task: Any) -> None:
    """Find out now, and not in the middle of a launch, that a task cannot travel.

    Raises:
        PackagingError: Something in it cannot; names it.
        InvalidConfigError: No process can receive it.
    """
    if isinstance(task, Script):
        script_task(task)
    else:
        callable_task(task)


def _group_executors(executor: Any, count: int) -> list[Executor]:
    given = executor if isinstance(executor, list) else [executor]
    executors = [as_executor(e) for e in given]
    if len(executors) not in (1, count):
        raise UsageError(f"a group of {count} tasks takes 1 or {count} executors, not {len(executors)}")
    if len({type(e) for e in executors}) > 1:
        kinds = sorted({type(e).__name__ for e in executors})
        raise UsageError(f"the executors of a group must be of one class, not {kinds}")
    if not (executors[0].supports_groups or type(executors[0]) in JobGroup.SUPPORTED_EXECUTORS):
        raise UsageError(f"{type(executors[0]).__name__} cannot run groups; add the tasks one by one")
    return executors * count if len(executors) == 1 else executors
