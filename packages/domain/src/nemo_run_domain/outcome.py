"""How a job ended, as far as anybody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nemo_run_domain.job import JobState, JobStatus, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskException:
    """An exception that ended a task.

    Attributes:
        type: Qualified name, such as ``builtins.ValueError``.
        message: Text of the exception.
        traceback: As Python printed it in the task.
    """

    type: str
    message: str
    traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything known about the end of one job.

    Attributes:
        state: The last state; not final while the job goes on.
        exit_code: Of the process that decided the outcome.
        signal: Number of the signal that ended it, if one did.
        reason: Why, where the backend tells.
        message: One line for people.
        started_at: Seconds since the epoch.
        ended_at: Seconds since the epoch.
        restarts: How often the job was started again.
        log_tail: Last lines of its output, without line ends.
        value: What the function of a ``Partial`` returned; its ``repr`` where it cannot travel.
        exception: What a ``Partial`` raised.
    """

    state: JobState
    exit_code: int | None = None
    signal: int | None = None
    reason: Reason | None = None
    message: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    restarts: int = 0
    log_tail: tuple[str, ...] = ()
    value: Any = None
    exception: TaskException | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the job did what it was asked to."""
        return self.state is JobState.SUCCEEDED

    @property
    def elapsed(self) -> float | None:
        """Seconds from start to end, where both are known."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


def outcome_of(status: JobStatus, **details: Any) -> Outcome:
    """Return the outcome that a status tells, with further ``details`` of ``Outcome``."""
    return Outcome(
        state=status.state,
        exit_code=status.exit_code,
        signal=status.signal,
        reason=status.reason,
        message=status.message,
        started_at=status.started_at,
        ended_at=status.ended_at,
        restarts=status.restarts,
        **details,
    )


def explain(status: JobStatus) -> str:
    """Say in a few words why a job is in its state, or nothing where the state says it all."""
    parts: list[str] = []
    if status.reason is not None:
        parts.append(str(status.reason))
    if status.signal is not None:
        parts.append(f"signal {status.signal}")
    elif status.exit_code:
        parts.append(f"exit code {status.exit_code}")
    if status.message:
        parts.append(status.message)
    return ", ".join(parts)
