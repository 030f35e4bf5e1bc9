"""Settings of a unit -> what the cluster will play. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run_adapters.memory.settings import MemorySettings
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_domain.command import Command, render_posix
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.names import slug
from nemo_run_domain.outcome import TaskException
from nemo_run_domain.secrets import masked
from nemo_run_domain.unit import UnitTask

OUTCOMES = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What one job does.

    Attributes:
        attempts: What each attempt ends with, at least one; all but the last failed.
        duration: Seconds an attempt takes; None: until somebody ends it.
        log: What each attempt prints.
        success: What the task leaves behind when it succeeds.
        failure: What it leaves behind when it fails.
    """

    attempts: tuple[JobStatus, ...]
    duration: float | None = 0.0
    log: bytes = b""
    success: TaskResult | None = None
    failure: TaskResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedJob:
    """One job of a plan.

    Attributes:
        native_id: Id it will have.
        role: Name of the task.
        replicas: How many nodes print its log.
        command: What a real backend would start.
        script: What is played instead.
    """

    native_id: str
    role: str
    replicas: int
    command: Command
    script: Script


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """What the cluster gets for one unit.

    Attributes:
        unit_id: Unit it is for.
        token: Of the submission.
        jobs: One per task.
        reject: Not empty: it is refused with this message.
    """

    unit_id: str
    token: str
    jobs: tuple[PlannedJob, ...]
    reject: str = ""

    @property
    def planned(self) -> tuple[str, ...]:
        """Native ids the jobs will have."""
        return tuple(job.native_id for job in self.jobs)

    def __str__(self) -> str:
        return "\n".join(_render_job(job) for job in self.jobs)


def plan_unit(prepared: PreparedUnit) -> MemoryPlan:
    """Return what the cluster would get.

    Raises:
        InvalidConfigError: An outcome, reason or number that makes no sense; names the task.
    """
    pairs = list(zip(prepared.unit.tasks, prepared.tasks, strict=True))
    jobs = tuple(_job(prepared.token, number, *pair) for number, pair in enumerate(pairs))
    rejects = [settings.reject for task, _ in pairs if (settings := settings_of(task)).reject]
    return MemoryPlan(unit_id=prepared.unit.id, token=prepared.token, jobs=jobs, reject="; ".join(rejects))


def settings_of(task: UnitTask) -> MemorySettings:
    """Return the settings of a task.

    Raises:
        InvalidConfigError: It belongs to another backend.
    """
    if not isinstance(task.executor, MemorySettings):
        raise InvalidConfigError(
            f"{task.id!r} is for {type(task.executor).__name__}, not for the memory backend"
        )
    return task.executor


def _job(token: str, number: int, task: UnitTask, prepared: PreparedTask) -> PlannedJob:
    return PlannedJob(
        native_id=f"{slug(task.id)}-{token}-{number}",
        role=task.id,
        replicas=task.topology.nodes,
        command=prepared.command,
        script=_script(task.id, settings_of(task), prepared),
    )


def _script(owner: str, settings: MemorySettings, prepared: PreparedTask) -> Script:
    _check(owner, settings)
    returns = prepared.returns_value or settings.value is not None
    return Script(
        attempts=_attempts(settings, prepared.retries),
        duration=settings.duration if settings.auto else None,
        log=settings.log.encode(),
        success=TaskResult(value=settings.value) if returns else None,
        failure=TaskResult(exception=_exception(settings.raises)) if settings.raises else None,
    )


def _check(owner: str, settings: MemorySettings) -> None:
    if settings.outcome not in OUTCOMES:
        allowed = ", ".join(OUTCOMES)
        raise InvalidConfigError(f"{owner!r}: outcome must be one of {allowed}, not {settings.outcome!r}")
    if settings.reason is not None and settings.reason not in list(Reason):
        allowed = ", ".join(repr(reason.value) for reason in Reason)
        raise InvalidConfigError(f"{owner!r}: reason must be one of {allowed}, not {settings.reason!r}")
    for name in ("duration", "fail_times"):
        if getattr(settings, name) < 0:
            raise InvalidConfigError(f"{owner!r}: {name} must not be negative")


def _attempts(settings: MemorySettings, retries: int) -> tuple[JobStatus, ...]:
    """Return how each attempt ends: the failures first, then the outcome if it comes to that."""
    outcome = "FAILED" if settings.raises else settings.outcome
    last = ending(JobState[outcome], settings.exit_code, settings.reason)
    if last.state is JobState.FAILED:
        return (last,) * (retries + 1)
    failures = (ending(JobState.FAILED, None, settings.reason),) * min(settings.fail_times, retries + 1)
    return failures if len(failures) > retries else (*failures, last)


def ending(state: JobState, exit_code: int | None = None, reason: str | None = None) -> JobStatus:
    """Return a final status with what usually comes with it."""
    if state is JobState.SUCCEEDED:
        return JobStatus(state=state, exit_code=exit_code or 0)
    if state is JobState.CANCELLED:
        return JobStatus(state=state, exit_code=exit_code, reason=Reason.CANCELLED)
    return JobStatus(
        state=state, exit_code=1 if exit_code is None else exit_code, reason=Reason(reason or "error")
    )


def _exception(message: str) -> TaskException:
    return TaskException(
        type="builtins.RuntimeError", message=message, traceback=f"RuntimeError: {message}\n"
    )


def _render_job(job: PlannedJob) -> str:
    last = job.script.attempts[-1]
    times = f"{job.script.duration:g} s each" if job.script.duration is not None else "ended by hand"
    played = f"# {job.native_id}: {len(job.script.attempts)} attempt(s), {times}, then {last.state}"
    return f"{played}\n{render_posix(job.command.with_env(masked(job.command.env)))}"
