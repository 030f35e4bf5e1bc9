"""Which jobs of a saved experiment run again, and how everybody gets to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nemo_run_application.services import Services
from nemo_run_domain.job import JobState, JobStatus
from nemo_run_domain.journal import Kind, Record
from nemo_run_domain.outcome import explain
from nemo_run_domain.unit import ExecutionUnit


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one unit when an experiment is resumed.

    Attributes:
        rerun: Whether it runs again.
        why: One line for people.
    """

    rerun: bool
    why: str


def decide(units: Sequence[ExecutionUnit], statuses: Mapping[str, JobStatus]) -> dict[str, Decision]:
    """Return for each unit whether it runs again: whatever did not succeed and is not going on.

    Args:
        units: In order.
        statuses: Last known status of every unit.
    """
    return {unit.id: _decision(statuses[unit.id]) for unit in units}


def _decision(status: JobStatus) -> Decision:
    if status.state is JobState.SUCCEEDED:
        return Decision(False, "it succeeded")
    if status.state in (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNING):
        return Decision(False, f"it is still {status.state.name.lower()}")
    if status.state is JobState.UNSUBMITTED:
        return Decision(True, "it was never launched")
    details = explain(status)
    return Decision(True, f"it ended as {status.state.name}" + (f" ({details})" if details else ""))


def note_repeated(services: Services, directory: str, unit_ids: Collection[str]) -> None:
    """Write down that units run again, so that other processes wait for them instead of reading old ends.

    Raises:
        StoreError: The journal cannot be written.
    """
    now = services.clock.now()
    services.store.append(directory, [Record(kind=Kind.RESET, job=unit_id, at=now) for unit_id in unit_ids])
