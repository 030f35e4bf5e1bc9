"""Hand units to their backends: write the intent, submit, write the handles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run_application.backends import Connection
from nemo_run_application.events import JobSubmitted
from nemo_run_application.plan import PlannedUnit
from nemo_run_application.ports.scheduler import Accepted, Refused, SubmitResult
from nemo_run_application.run_state import RunState
from nemo_run_application.services import Services, by_connection
from nemo_run_domain.errors import (
    AuthenticationError,
    BackendError,
    BackendUnavailableError,
    SubmissionRejectedError,
)
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason
from nemo_run_domain.journal import Kind, Record

_NOTHING_ACCEPTED = (BackendUnavailableError, AuthenticationError, SubmissionRejectedError)
"""After any other error nobody knows: the intents stay open, and tokens find what exists."""


@dataclass(frozen=True, slots=True)
class LaunchUnits:
    """Submit units of a run, one call per connection, each of them written ahead."""

    services: Services

    def __call__(self, state: RunState, unit_ids: Sequence[str]) -> list[str]:
        """Submit units; returns the ids of those that were refused, which have ended then.

        The journal holds the intent of every unit before anything is sent, and its handles
        before this returns.
        """
        if not unit_ids:
            return []
        units = [state.planned[unit_id] for unit_id in unit_ids]
        state.sending.update(unit_ids)
        self._journal(state, [self._intent(unit) for unit in units], sync=True)
        results = self.services.workers.map(self._submit, by_connection(units, lambda unit: unit.connection))
        outcome = {unit.unit.id: (unit, result) for group in results for unit, result in group}
        self._journal(state, [self._answer(*outcome[unit_id]) for unit_id in unit_ids], sync=False)
        refused = [unit_id for unit_id in unit_ids if self._note(state, *outcome[unit_id])]
        state.sending.difference_update(unit_ids)
        return refused

    def recover(self, state: RunState) -> None:
        """Find out what became of a call that was interrupted: its units may have been submitted."""
        units = [state.planned[u] for u in state.planned if u in state.sending and u not in state.handles]
        found = self.services.workers.map(self._find, by_connection(units, lambda unit: unit.connection))
        handles = {token: jobs for part in found for token, jobs in part.items()}
        for unit in units:
            if jobs := handles.get(unit.plan.token):
                result = Accepted(jobs)
                self._journal(state, [self._answer(unit, result)], sync=False)
                self._note(state, unit, result)
        state.sending.clear()

    def _find(self, group: tuple[Connection, list[PlannedUnit]]) -> Mapping[str, tuple[JobHandle, ...]]:
        connection, units = group
        return connection.scheduler.find([unit.plan.token for unit in units])

    def _journal(self, state: RunState, records: list[Record], *, sync: bool) -> None:
        """Write records; handles need not reach the disk at once, since tokens find them again."""
        self.services.store.append(state.experiment.directory, records, sync=sync)

    def _intent(self, unit: PlannedUnit) -> Record:
        plan = unit.plan
        return Record(
            kind=Kind.INTENT,
            job=unit.unit.id,
            at=self.services.clock.now(),
            token=plan.token,
            planned=plan.planned,
        )

    def _submit(self, group: tuple[Connection, list[PlannedUnit]]) -> list[tuple[PlannedUnit, SubmitResult]]:
        connection, units = group
        plans: list[Any] = [unit.plan for unit in units]
        try:
            results = connection.scheduler.submit(plans)
        except _NOTHING_ACCEPTED as error:
            results = [Refused(error)] * len(units)
        return list(zip(units, results, strict=True))

    def _answer(self, unit: PlannedUnit, result: SubmitResult) -> Record:
        now = self.services.clock.now()
        if isinstance(result, Accepted):
            handles = tuple(str(handle) for handle in result.handles)
            return Record(kind=Kind.SUBMITTED, job=unit.unit.id, at=now, handles=handles)
        return Record(kind=Kind.REJECTED, job=unit.unit.id, at=now, status=_refusal(result.error, now))

    def _note(self, state: RunState, unit: PlannedUnit, result: SubmitResult) -> bool:
        unit_id = unit.unit.id
        if isinstance(result, Accepted):
            state.handles[unit_id] = result.handles
            state.statuses[unit_id] = JobStatus(state=JobState.SUBMITTED)
            handles = tuple(str(handle) for handle in result.handles)
            self.services.reporter.emit(
                JobSubmitted(experiment_id=state.experiment.id, job=unit_id, handles=handles)
            )
            return False
        state.statuses[unit_id] = _refusal(result.error, self.services.clock.now())
        state.ended.add(unit_id)
        state.errors.append(result.error)
        return True


def _refusal(error: BackendError, now: float) -> JobStatus:
    return JobStatus(state=JobState.FAILED, reason=Reason.REJECTED, message=str(error), ended_at=now)
