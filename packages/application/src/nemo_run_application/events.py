"""What happens during a run, as told to reporters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nemo_run_domain.job import JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in an experiment.

    Attributes:
        experiment_id: In which one.
    """

    experiment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A run begins.

    Attributes:
        jobs: Job id -> text that says where it runs, in order.
    """

    jobs: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubmitted(Event):
    """A backend accepted a job."""

    job: str
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanged(Event):
    """A job has another state than before."""

    job: str
    status: JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Event):
    """A task printed a line; ``line`` ends with a line end."""

    job: str
    role: str
    replica: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """Something people should know, such as an option that had to be ignored."""

    text: str
    level: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """All jobs of a run ended, or nobody waits for them any longer.

    Attributes:
        statuses: Job id -> last status, in order.
        detached: Jobs go on without us.
    """

    statuses: Mapping[str, JobStatus] = field(default_factory=dict[str, JobStatus])
    detached: bool = False
