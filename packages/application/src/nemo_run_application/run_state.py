"""Where a run stands: shared by launching, watching and cancelling."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from nemo_run_application.plan import PlannedUnit
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.graph import DependencyTracker
from nemo_run_domain.job import JobHandle, JobState, JobStatus

NOT_SUBMITTED = JobStatus(state=JobState.UNSUBMITTED)


@dataclass(slots=True)
class RunState:
    """One run of an experiment.

    The thread that launches and watches changes it; others may only call ``request_cancel``
    and read.

    Attributes:
        experiment: What is run.
        planned: Unit id -> plan, for every unit.
        statuses: Unit id -> last known status.
        handles: Unit id -> jobs, for every unit that a backend accepted.
        ended: Ids of units that will not change any more.
        sending: Ids of the units of the submission that is going on, or that was interrupted.
        errors: Refusals by backends, in order.
    """

    experiment: Experiment
    planned: dict[str, PlannedUnit]
    statuses: dict[str, JobStatus] = field(default_factory=dict[str, JobStatus])
    handles: dict[str, tuple[JobHandle, ...]] = field(default_factory=dict[str, tuple[JobHandle, ...]])
    ended: set[str] = field(default_factory=set[str])
    sending: set[str] = field(default_factory=set[str])
    errors: list[Exception] = field(default_factory=list[Exception])
    tracker: DependencyTracker = field(init=False)
    changed: threading.Event = field(init=False, default_factory=threading.Event)
    _open: tuple[int, list[str]] = field(init=False, default_factory=lambda: (0, []))
    """How many handles there were at the last look, and which units were open: a look at those that
    have ended, round after round, would be most of the work of a long chain."""
    _cancel: set[str] = field(init=False, default_factory=set[str])
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.tracker = DependencyTracker(self.experiment.units)
        for unit_id in self.experiment.unit_ids:
            self.statuses.setdefault(unit_id, NOT_SUBMITTED)

    @property
    def open_units(self) -> list[str]:
        """Ids of the units that a backend has and that have not ended, in launch order."""
        seen, known = self._open
        count = len(self.handles)
        new = list(islice(reversed(self.handles), count - seen))
        still = [unit_id for unit_id in (*known, *reversed(new)) if unit_id not in self.ended]
        self._open = (count, still)
        return list(still)

    @property
    def is_over(self) -> bool:
        """Whether every unit has ended."""
        return len(self.ended) == len(self.statuses)

    def request_cancel(self, unit_ids: Iterable[str]) -> None:
        """Ask for units not to be launched any more, or to end if that happens meanwhile; from any thread."""
        with self._lock:
            self._cancel.update(unit_ids)
        self.changed.set()

    def take_cancelled(self) -> list[str]:
        """Return units that were to be cancelled and have not been launched, in order."""
        with self._lock:
            asked = self._cancel - self.handles.keys() - self.ended
        return [unit_id for unit_id in self.statuses if unit_id in asked] if asked else []

    def is_cancelled(self, unit_id: str) -> bool:
        """Whether somebody asked to cancel a unit."""
        with self._lock:
            return unit_id in self._cancel
