"""Follow a run to its end: one status call per connection and round, no thread per job."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from nemo_run_application.backends import Connection
from nemo_run_application.events import JobChanged, Notice
from nemo_run_application.launch import LaunchUnits, collected
from nemo_run_application.run_logs import RunLogs
from nemo_run_application.run_state import RunState
from nemo_run_application.services import Services, by_connection
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.graph import Progress
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason, merge_group
from nemo_run_domain.journal import Kind, Record

LOG_INTERVAL = 0.05
"""Seconds between two looks at logs that nobody notifies about."""

LONG_ROUND = 0.005
"""Seconds; rounds over thousands of jobs must not keep a processor busy."""

_CANCELLED = JobStatus(
    state=JobState.CANCELLED, reason=Reason.CANCELLED, message="cancelled before it was launched"
)


@dataclass(slots=True)
class WatchRun:
    """Waits for the units of a run, launches those that become ready, passes on their output.

    Attributes:
        services: Ports.
        state: The run.
        on_change: Called with each unit whose status changed.
    """

    services: Services
    state: RunState
    on_change: Callable[[str, JobStatus], None] | None = None
    logs: RunLogs = field(init=False)
    _unknown_since: dict[str, float] = field(init=False, default_factory=dict[str, float])
    _warned: set[int] = field(init=False, default_factory=set[int])
    _cancel_late: set[str] = field(init=False, default_factory=set[str])
    _ready: list[str] = field(init=False, default_factory=list[str])
    _position: int = field(init=False)
    """How far the journal has been read for what others cancel; what stands before concerned earlier runs."""

    def __post_init__(self) -> None:
        _, self._position = self.services.store.journal_since(self.state.experiment.directory, 0)
        self.logs = RunLogs(self.state, self.services.reporter)

    def launch(self, unit_ids: Collection[str]) -> None:
        """Submit units; what a refusal means for their dependants is carried out.

        Raises:
            Exception: The first that is no refusal, once everything else was carried out.
        """
        self._ready += unit_ids
        errors: list[Exception] = []
        while queue := self._take_ready():
            with collected(errors):
                LaunchUnits(self.services)(self.state, queue)
            # Whoever cancels later than this finds the handles in the journal.
            with collected(errors):
                self._heed_others()
            launched = [unit_id for unit_id in queue if unit_id in self.state.handles]
            self.logs.follow(launched)
            for unit_id in queue:
                self._tell(unit_id)
            self._cancel_late.update(filter(self.state.is_cancelled, launched))
            with collected(errors):
                self._after([unit_id for unit_id in queue if unit_id in self.state.ended])
        self._cancel_launched()
        if errors:
            raise errors[0]

    def _take_ready(self) -> list[str]:
        """Return what may be launched now, unless somebody has cancelled it."""
        if self._ready:
            self._heed_others()
        ready, self._ready = self._ready, []
        return self._may_start(ready)

    def _may_start(self, unit_ids: Collection[str]) -> list[str]:
        return [u for u in unit_ids if u not in self.state.ended and not self.state.is_cancelled(u)]

    def start(self) -> None:
        """Submit every unit that waits for nothing."""
        self.launch(self.state.tracker.start().ready)

    def recover(self) -> None:
        """Take up the units of a launch that was interrupted."""
        LaunchUnits(self.services).recover(self.state)

    def wait(self, *, timeout: float | None = None, stop: threading.Event | None = None) -> bool:
        """Return once all units have ended, the time is over, or ``stop`` is set; whether all ended.

        It also returns once nothing goes on that could end: after an error, units may be left that
        nobody knows to be submitted, and others that wait for them.

        Args:
            timeout: Seconds; None waits for ever.
            stop: Set by another thread together with ``state.changed``.
        """
        clock = self.services.clock
        deadline = None if timeout is None else clock.monotonic() + timeout
        with self._notified():
            while not self.state.is_over:
                self.state.changed.clear()
                begin = clock.monotonic()
                self.round()
                if self.state.is_over or self._is_stuck or (stop is not None and stop.is_set()):
                    break
                if deadline is not None and clock.monotonic() >= deadline:
                    break
                self._rest(clock.monotonic() - begin, deadline)
        return self.state.is_over

    def round(self) -> None:
        """Ask every connection once and act on the answers."""
        self._drop_cancelled()
        self._cancel_launched()
        ended = [u for u, status in self._ask().items() if self._update(u, status)]
        self.logs.read()
        self._end(ended)
        self.launch(())

    @property
    def _is_stuck(self) -> bool:
        """Whether another round cannot change anything."""
        return not (self._ready or self.state.open_units or self.state.take_cancelled())

    def _heed_others(self) -> None:
        """Learn what other processes have cancelled since the last look; only the journal knows."""
        directory = self.state.experiment.directory
        records, self._position = self.services.store.journal_since(directory, self._position)
        cancelled = {record.job for record in records if record.kind is Kind.CANCEL}
        self.state.request_cancel(cancelled.intersection(self.state.statuses))

    def _open_by_connection(self) -> list[tuple[Connection, list[str]]]:
        return self._by_connection(self.state.open_units)

    def _by_connection(self, unit_ids: Collection[str]) -> list[tuple[Connection, list[str]]]:
        return by_connection(unit_ids, lambda unit_id: self.state.planned[unit_id].connection)

    def _ask(self) -> dict[str, JobStatus]:
        """Return what the backends that answer say about the open units."""
        groups = self._open_by_connection()
        answers: dict[str, JobStatus] = {}
        for (connection, _), answer in zip(
            groups, self.services.workers.map(self._poll, groups), strict=True
        ):
            if isinstance(answer, BackendUnavailableError):
                self._warn_once(connection, answer)
            else:
                self._warned.discard(id(connection))
                answers.update(answer)
        return answers

    def _poll(self, group: tuple[Connection, list[str]]) -> dict[str, JobStatus] | BackendUnavailableError:
        connection, unit_ids = group
        try:
            statuses = connection.scheduler.poll(self._handles(unit_ids))
        except BackendUnavailableError as error:
            return error
        return {u: merge_group([statuses[handle] for handle in self.state.handles[u]]) for u in unit_ids}

    def _handles(self, unit_ids: Collection[str]) -> list[JobHandle]:
        return [handle for unit_id in unit_ids for handle in self.state.handles[unit_id]]

    def _warn_once(self, connection: Connection, error: BackendUnavailableError) -> None:
        if id(connection) not in self._warned:
            self._warned.add(id(connection))
            text = f"a backend does not answer, asking again: {error}"
            self.services.reporter.emit(
                Notice(experiment_id=self.state.experiment.id, text=text, level="warning")
            )

    def _update(self, unit_id: str, status: JobStatus) -> bool:
        """Note a status; whether the unit has ended by it."""
        if status.state is JobState.UNKNOWN:
            return self._note_unknown(unit_id, status)
        self._unknown_since.pop(unit_id, None)
        if status == self.state.statuses[unit_id]:
            return False
        self.state.statuses[unit_id] = status
        if not status.is_final:
            self._tell(unit_id)
        return status.is_final

    def _note_unknown(self, unit_id: str, status: JobStatus) -> bool:
        now = self.services.clock.monotonic()
        grace = self.state.planned[unit_id].connection.unknown_grace
        if now - self._unknown_since.setdefault(unit_id, now) < grace:
            return False
        message = status.message or f"the backend has not known this job for {grace:.0f} s"
        self.state.statuses[unit_id] = replace(status, reason=status.reason or Reason.LOST, message=message)
        return True

    def _end(self, unit_ids: Sequence[str]) -> None:
        """Pass on the last output of ended units, write them down, note what they set free."""
        self.logs.finish(unit_ids)
        for unit_id in unit_ids:
            self._tell(unit_id)
        self._after(unit_ids)

    def _after(self, unit_ids: Sequence[str]) -> None:
        now = self.services.clock.now()
        records: list[Record] = []
        self.state.ended.update(unit_ids)
        for unit_id in unit_ids:
            status = self.state.statuses[unit_id]
            records.append(Record(kind=Kind.STATUS, job=unit_id, at=now, status=status))
            progress = self.state.tracker.end(
                unit_id, succeeded=status.state is JobState.SUCCEEDED, label=_how(status)
            )
            self._ready += progress.ready
            records += self._skip(progress, now)
        if records:
            self.services.store.append(self.state.experiment.directory, records, sync=False)

    def _skip(self, progress: Progress, now: float) -> Iterator[Record]:
        skipped = [skip for skip in progress.skipped if skip.unit_id not in self.state.ended]
        for skip in skipped:
            status = JobStatus(
                state=JobState.CANCELLED, reason=Reason.SKIPPED, message=skip.message, ended_at=now
            )
            self.state.statuses[skip.unit_id] = status
            self.state.ended.add(skip.unit_id)
            self._tell(skip.unit_id)
            yield Record(kind=Kind.STATUS, job=skip.unit_id, at=now, status=status)

    def _drop_cancelled(self) -> None:
        """End what was cancelled before it was launched."""
        if not (dropped := self.state.take_cancelled()):
            return
        status = replace(_CANCELLED, ended_at=self.services.clock.now())
        self.state.statuses.update(dict.fromkeys(dropped, status))
        self._end(dropped)
        self.launch(())

    def _cancel_launched(self) -> None:
        """Cancel what somebody wanted to end while it was being submitted, until the backend heard it."""
        late = [unit_id for unit_id in self._cancel_late if unit_id not in self.state.ended]
        heard = self.services.workers.map(self._cancel, self._by_connection(late))
        self._cancel_late = set(late).difference(*heard)

    def _cancel(self, group: tuple[Connection, list[str]]) -> list[str]:
        connection, unit_ids = group
        try:
            connection.scheduler.cancel(self._handles(unit_ids))
        except BackendUnavailableError:
            return []
        return unit_ids

    def _tell(self, unit_id: str) -> None:
        status = self.state.statuses[unit_id]
        if self.on_change is not None:
            self.on_change(unit_id, status)
        if status.state is not JobState.SUBMITTED:
            event = JobChanged(experiment_id=self.state.experiment.id, job=unit_id, status=status)
            self.services.reporter.emit(event)

    @contextmanager
    def _notified(self) -> Generator[None]:
        connections = [connection for connection, _ in self._by_connection(self.state.planned)]
        notifiers = [c.notifier for c in connections if c.notifier is not None]
        ends = [notifier.subscribe(self.state.changed.set) for notifier in notifiers]
        try:
            yield
        finally:
            for end in ends:
                end()

    def _rest(self, spent: float, deadline: float | None) -> None:
        """Wait for a change; after a round that was long, take a breath however much changes."""
        clock = self.services.clock
        if spent > LONG_ROUND:
            clock.sleep(min(spent, LOG_INTERVAL))
        pause = self._pause()
        if deadline is not None:
            pause = min(pause, max(0.0, deadline - clock.monotonic()))
        clock.wait(self.state.changed, pause)

    def _pause(self) -> float:
        in_use = [connection for connection, _ in self._open_by_connection()]
        pause = min((connection.poll_interval for connection in in_use), default=LOG_INTERVAL)
        silent = any(connection.notifier is None for connection in in_use)
        return min(pause, LOG_INTERVAL) if silent and self.logs.is_following else pause


def _how(status: JobStatus) -> str:
    return {JobState.FAILED: "failed", JobState.CANCELLED: "was cancelled"}.get(
        status.state, "did not succeed"
    )
