"""Hand units to their backends: write the intent, submit, write the handles."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
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

PAUSES = (1.0, 2.0)
"""Seconds between the tries to reach a backend that cannot be asked at the moment."""

_NOTHING_ACCEPTED = (BackendUnavailableError, AuthenticationError, SubmissionRejectedError)
"""After any other error nobody knows, and tokens find what exists."""

_Answers = list[tuple[PlannedUnit, SubmitResult]] | Exception
"""What became of the units of one connection."""


@dataclass(frozen=True, slots=True)
class LaunchUnits:
    """Submit units of a run, one call per connection, each of them written ahead."""

    services: Services

    def __call__(self, state: RunState, unit_ids: Sequence[str]) -> list[str]:
        """Submit units; returns the ids of those that were refused, which have ended then.

        The journal holds the intent of every unit before anything is sent, and its handles
        before this returns.

        Raises:
            Exception: Whatever is no refusal, once everything was noted that a backend accepted and
                everything has ended that none has.
        """
        if not unit_ids:
            return []
        units = [state.planned[unit_id] for unit_id in unit_ids]
        state.sending.update(unit_ids)
        errors: list[Exception] = []
        answers: list[_Answers] = []
        with collected(errors):
            self._journal(state, [self._intent(unit) for unit in units], sync=True)
            answers = self.services.workers.map(
                self._submit, by_connection(units, lambda unit: unit.connection)
            )
        errors += [answer for answer in answers if isinstance(answer, Exception)]
        outcome = {u.unit.id: (u, r) for part in answers if not isinstance(part, Exception) for u, r in part}
        answered = [unit_id for unit_id in unit_ids if unit_id in outcome]
        with collected(errors):
            self._journal(state, [self._answer(*outcome[unit_id]) for unit_id in answered], sync=False)
        refused = [unit_id for unit_id in answered if self._note(state, *outcome[unit_id])]
        state.sending.difference_update(answered)
        if errors:
            self._settle(state, errors[0], sent=bool(answers))
            raise errors[0]
        return refused

    def recover(self, state: RunState) -> None:
        """Find out what became of a call that was interrupted: its units may have been submitted.

        Raises:
            BackendUnavailableError: A backend cannot be asked at the moment; call again.
        """
        records, doubts = self._take_up(state)
        self._journal(state, records, sync=False)
        if doubts:
            raise next(iter(doubts.values()))
        state.sending.clear()

    def _settle(self, state: RunState, error: Exception, *, sent: bool) -> None:
        """Leave no unit between sent and not sent; only those stay open whose backend does not tell."""
        records, doubts = self._take_up(state) if sent else ([], {})
        now = self.services.clock.now()
        for unit_id in [u for u in state.planned if u in state.sending and u not in state.handles]:
            if unit_id in doubts:
                message = f"nobody knows whether it was submitted: {doubts[unit_id]}"
                state.statuses[unit_id] = JobStatus(state=JobState.UNKNOWN, message=message)
                continue
            state.statuses[unit_id] = status = _not_sent(error, now)
            state.ended.add(unit_id)
            records.append(Record(kind=Kind.REJECTED, job=unit_id, at=now, status=status))
        state.sending.clear()
        with suppress(Exception):  # the journal may be what does not work
            self._journal(state, records, sync=False)

    def _take_up(self, state: RunState) -> tuple[list[Record], dict[str, Exception]]:
        """Note the jobs that exist for units without an answer.

        Returns:
            What is to be written down, and unit id -> error of a backend that does not tell.
        """
        units = [state.planned[u] for u in state.planned if u in state.sending and u not in state.handles]
        groups = by_connection(units, lambda unit: unit.connection)
        records: list[Record] = []
        doubts: dict[str, Exception] = {}
        for (_, members), found in zip(groups, self.services.workers.map(self._find, groups), strict=True):
            if isinstance(found, Exception):
                doubts.update({unit.unit.id: found for unit in members})
                continue
            for unit in members:
                if jobs := found.get(unit.plan.token):
                    records.append(self._answer(unit, Accepted(jobs)))
                    self._note(state, unit, Accepted(jobs))
        return records, doubts

    def _find(
        self, group: tuple[Connection, list[PlannedUnit]]
    ) -> Mapping[str, tuple[JobHandle, ...]] | Exception:
        connection, units = group
        try:
            return connection.scheduler.find([unit.plan.token for unit in units])
        except Exception as error:  # noqa: BLE001 - one backend must not hide the jobs of the others
            return error

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

    def _submit(self, group: tuple[Connection, list[PlannedUnit]]) -> _Answers:
        """Submit the units of one connection; what it could not take at the moment is sent again."""
        connection, units = group
        results: dict[str, SubmitResult] = {}
        try:
            for pause in (*PAUSES, None):
                left = [unit for unit in units if not _is_settled(results.get(unit.unit.id))]
                results |= zip([u.unit.id for u in left], _send(connection, left), strict=True)
                if pause is None or all(map(_is_settled, results.values())):
                    break
                self.services.clock.sleep(pause)
        except Exception as error:  # noqa: BLE001 - what other connections accepted must be noted first
            return error
        return [(unit, results[unit.unit.id]) for unit in units]

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


def _send(connection: Connection, units: Sequence[PlannedUnit]) -> Sequence[SubmitResult]:
    plans: list[Any] = [unit.plan for unit in units]
    try:
        return connection.scheduler.submit(plans)
    except _NOTHING_ACCEPTED as error:
        return [Refused(error)] * len(units)


def _is_settled(result: SubmitResult | None) -> bool:
    """Whether sending a plan again would not help."""
    if isinstance(result, Refused):
        return not isinstance(result.error, BackendUnavailableError)
    return result is not None


def _not_sent(error: Exception, now: float) -> JobStatus:
    message = f"{type(error).__name__}: {error}"
    return JobStatus(state=JobState.FAILED, reason=Reason.START_FAILED, message=message, ended_at=now)


@contextmanager
def collected(errors: list[Exception]) -> Generator[None]:
    """Put an error into a list instead of raising it at once."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised once the rest is done
        errors.append(error)
