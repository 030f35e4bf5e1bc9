"""Output of the followed units of one run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from nemo_run_application.backends import Connection
from nemo_run_application.events import LogLine
from nemo_run_application.follow_logs import LogFollower
from nemo_run_application.ports.log_source import LogStream
from nemo_run_application.ports.reporter import Reporter
from nemo_run_application.run_state import RunState
from nemo_run_domain.job import JobHandle


@dataclass(slots=True)
class RunLogs:
    """Reads the output of followed units and reports it line by line.

    Attributes:
        state: The run.
        reporter: Receives the lines.
    """

    state: RunState
    reporter: Reporter
    _followers: dict[int, LogFollower] = field(init=False, default_factory=dict[int, LogFollower])
    _followed: set[str] = field(init=False, default_factory=set[str])
    _jobs: dict[JobHandle, str] = field(init=False, default_factory=dict[JobHandle, str])

    @property
    def is_following(self) -> bool:
        """Whether any unit that goes on is followed."""
        return bool(self._followed)

    def follow(self, unit_ids: Collection[str]) -> None:
        """Begin with those of the launched units that want their output shown."""
        for unit_id in unit_ids:
            planned = self.state.planned[unit_id]
            if planned.unit.follow_logs and planned.connection.logs is not None:
                self._followed.add(unit_id)
                self._jobs.update(dict.fromkeys(self.state.handles[unit_id], unit_id))

    def read(self) -> None:
        """Report what has been written since the last time."""
        by_follower: dict[int, tuple[LogFollower, list[JobHandle]]] = {}
        for unit_id in self._followed:
            follower = self._follower(self.state.planned[unit_id].connection)
            if follower is not None:
                by_follower.setdefault(id(follower), (follower, []))[1].extend(self.state.handles[unit_id])
        for follower, handles in by_follower.values():
            follower.read(handles)

    def finish(self, unit_ids: Collection[str]) -> None:
        """Report everything that ended units have written and have done with them."""
        for unit_id in unit_ids:
            follower = self._follower(self.state.planned[unit_id].connection)
            if unit_id in self._followed and follower is not None:
                follower.finish(self.state.handles[unit_id])
            self._followed.discard(unit_id)

    def _follower(self, connection: Connection) -> LogFollower | None:
        if connection.logs is None:
            return None
        if id(connection) not in self._followers:
            self._followers[id(connection)] = LogFollower(connection.logs, self._emit)
        return self._followers[id(connection)]

    def _emit(self, stream: LogStream, line: str) -> None:
        job = self._jobs.get(stream.handle, stream.role)
        self.reporter.emit(
            LogLine(
                experiment_id=self.state.experiment.id,
                job=job,
                role=stream.role,
                replica=stream.replica,
                line=line,
            )
        )
