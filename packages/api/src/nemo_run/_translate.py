"""From what users configure to the vocabulary of the domain."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from nemo_run import _bootstrap
from nemo_run._lazy import LazyModule
from nemo_run._snapshot import executor_snapshot, packager_text, task_snapshot
from nemo_run._types.namespace import module_name
from nemo_run.config import Script
from nemo_run.exceptions import UnsupportedTaskError
from nemo_run.run.job import Job, JobGroup
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.job import JobState
from nemo_run_domain.names import slug
from nemo_run_domain.secrets import Secret
from nemo_run_domain.task import CallableTask, ScriptTask, Task
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import DependencyType, ExecutionUnit, UnitTask

if TYPE_CHECKING:
    from nemo_run.cli._lazy import travelling as _travelling
else:
    _travelling = LazyModule("nemo_run.cli._lazy.travelling")


def is_configured(task: object) -> bool:
    """Whether an object is a fiddle buildable, told without importing fiddle."""
    return hasattr(type(task), "__flatten__") and hasattr(task, "__fn_or_cls__")


def is_lazy(task: object) -> bool:
    """Whether a task has to be resolved; configurations answer for their class, not for an argument."""
    return getattr(type(task) if is_configured(task) else task, "is_lazy", False) is True


def as_task(task: Any) -> Any:
    """Return ``task`` as a ``Partial`` or a ``Script``, or as it is if it is resolved where it runs.

    Raises:
        UnsupportedTaskError: It is something else; says what can be run.
    """
    if is_lazy(task):
        if _travelling.is_resolved_elsewhere(task):
            return task
        task = task.resolve()
    if isinstance(task, Script):
        return task
    if not is_configured(task):
        kind = (
            "a function; wrap it: run.Partial(function, ...)"
            if callable(task)
            else f"{type(task).__name__!r}"
        )
        raise UnsupportedTaskError(f"a task must be a run.Partial or a run.Script, not {kind}")
    from nemo_run.config import Partial

    if type(task) is Partial:
        return task
    import fiddle as fdl

    return fdl.cast(Partial, task)


def default_name(task: Any) -> str:
    """Name a task after its function, its script or its command."""
    if isinstance(task, Script):
        return slug(task.get_name()) if "/" in task.get_name() else task.get_name() or "script"
    function = task._target_ if is_lazy(task) else task.__fn_or_cls__
    if getattr(type(function), "__is_lazy__", False) is True:
        return _travelling.name_of(function)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{module_name(getattr(function, '__module__', '__main__'))}.{name}"


def to_unit(job: Job | JobGroup, directory: str, dependency_type: str | None) -> ExecutionUnit:
    """Return the execution unit of a job.

    Args:
        job: With executors that were assigned to it.
        directory: Name of its folder.
        dependency_type: Of the run; the job's own and the executor's come first and second.
    """
    own = (
        job.dependency_type or dependency_type or getattr(job.executor, "dependency_type", None) or "afterok"
    )
    tasks = zip(job.task_ids(), job.tasks, job.executor_list(), strict=True)
    return ExecutionUnit(
        id=job.id,
        tasks=tuple(to_unit_task(name, task, executor) for name, task, executor in tasks),
        directory=directory,
        after=frozenset(job.dependencies),
        dependency_type=cast("DependencyType", own),
        follow_logs=job.tail_logs,
    )


def to_unit_task(name: str, task: Any, executor: Any) -> UnitTask:
    """Return one task with its place, serialised."""
    launcher = executor.get_launcher()
    side_files = {"executor.yaml": executor_snapshot(executor), "config.yaml": task_snapshot(task)}
    if not isinstance(task, Script):
        side_files["packager"] = packager_text(executor.packager).encode()
    return UnitTask(
        id=name,
        task=_to_task(task),
        executor=executor,
        launcher=launcher,
        topology=_topology(executor),
        side_files=side_files,
    )


def _to_task(task: Any) -> Task:
    return script_task(task) if isinstance(task, Script) else callable_task(task)


def callable_task(task: Any) -> CallableTask:
    """Serialise a ``Partial``, or a list of tasks, with everything it needs.

    Raises:
        PackagingError: Something in it cannot travel; names it.
    """
    return _bootstrap.codec().encode(task)


def script_task(script: Script) -> ScriptTask:
    """Return a script in the domain's words."""
    return ScriptTask(
        path="" if script.inline else str(script.path),
        inline=script.inline,
        args=tuple(_texts(script.args)),
        env=dict(script.env or {}),
        entrypoint=script.entrypoint,
        module=bool(script.m),
        metadata=dict(script.metadata or {}),
    )


def _texts(values: Iterable[Any] | None) -> list[str]:
    if any(isinstance(value, Secret) for value in values or ()):
        raise InvalidConfigError(
            "a Secret must not be an argument, which every user of the machine can see; pass it in env"
        )
    return [str(value) for value in values or ()]


def _topology(executor: Any) -> Topology:
    try:
        return Topology(nodes=executor.nnodes(), procs_per_node=executor.nproc_per_node())
    except NotImplementedError:
        return Topology()


def app_state(state: JobState) -> Any:
    """Return a state as TorchX's enum where that is loaded; ours is equal to it otherwise."""
    torchx = sys.modules.get("torchx.specs.api")
    return state if torchx is None else torchx.AppState(state.value)
