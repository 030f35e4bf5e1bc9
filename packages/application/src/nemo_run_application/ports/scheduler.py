"""The place where execution units run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.errors import BackendError
from nemo_run_domain.job import JobHandle, JobStatus


class Plan(Protocol):
    """What would be sent for one unit; ``str()`` is the dry run, without secrets."""

    @property
    def unit_id(self) -> str:
        """Unit that the plan is for."""
        ...

    @property
    def token(self) -> str:
        """Token of the prepared unit; travels with the job."""
        ...

    @property
    def planned(self) -> tuple[str, ...]:
        """Native ids the jobs will have, where they are known before; may be empty."""
        ...


PlanT = TypeVar("PlanT", bound=Plan)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A plan became jobs.

    Attributes:
        handles: One for a unit that is one job; one per member for a group that is not merged.
    """

    handles: tuple[JobHandle, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A plan became nothing.

    Attributes:
        error: ``SubmissionRejectedError`` when it would be refused again,
            ``BackendUnavailableError`` when trying again is safe.
    """

    error: BackendError


SubmitResult = Accepted | Refused


class Scheduler(Protocol[PlanT]):
    """One place that runs execution units; may be called from several threads.

    All methods take many jobs, because remote backends answer for all with one command.
    Every implementation passes ``SchedulerContract`` in ``tests/contract``.
    """

    def plan(self, units: Sequence[PreparedUnit]) -> Sequence[PlanT]:
        """Work out what ``submit`` would send, touching nothing; one plan per unit, in order.

        Raises:
            InvalidConfigError: The backend cannot run such a unit; names it.
        """
        ...

    def submit(self, plans: Sequence[PlanT]) -> Sequence[SubmitResult]:
        """Hand over plans; return once each is accepted or refused, not once it runs.

        One refused plan does not stop the others; results stand in the order of the plans.
        A plan whose token was submitted before is not started twice.

        Raises:
            BackendUnavailableError: Nothing at all was accepted; trying again is safe.
        """
        ...

    def poll(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, JobStatus]:
        """Return the status of every handle; a job nobody knows is ``UNKNOWN``.

        Works from any process. Log output is complete before a status is final.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...

    def cancel(self, handles: Collection[JobHandle]) -> None:
        """Ask jobs to end and return; ``poll`` says when they did.

        Ended and unknown jobs are left alone; calling twice is the same as once.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...

    def find(self, tokens: Collection[str]) -> Mapping[str, tuple[JobHandle, ...]]:
        """Return the jobs that exist for these submission tokens; tokens without a job are left out.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...

    def close(self) -> None:
        """Let go of connections; jobs go on. May be called twice."""
        ...
