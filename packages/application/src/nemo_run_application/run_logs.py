"""Output of the followed units of one run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from nemo_run_application.events import LogLine, Notice
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
    _followed: dict[str, LogFollower] = field(init=False, default_factory=dict[str, LogFollower])
    _jobs: dict[JobHandle, str] = field(init=False, default_factory=dict[JobHandle, str])

    @property
    def is_following(self) -> bool:
        """Whether any unit that goes on is followed."""
        return bool(self._followed)

    def follow(self, unit_ids: Collection[str]) -> None:
        """Begin with those of the launched units that want their output shown."""
        for unit_id in unit_ids:
            planned = self.state.planned[unit_id]
            logs = planned.connection.logs
            if planned.unit.follow_logs and logs is not None:
                self._followed[unit_id] = self._followers.setdefault(id(logs), LogFollower(logs, self._emit))
                self._jobs.update(dict.fromkeys(self.state.handles[unit_id], unit_id))

    def read(self) -> None:
        """Report what has been written since the last time."""
        for follower, unit_ids in self._by_follower(self._followed):
            follower.read(self._handles(unit_ids))

    def finish(self, unit_ids: Collection[str]) -> None:
        """Report everything that ended units have written and have done with them."""
        for follower, followed in self._by_follower([u for u in unit_ids if u in self._followed]):
            if not follower.finish(self._handles(followed)):
                text = f"the output of {', '.join(followed)} could not be read to its end"
                self.reporter.emit(Notice(experiment_id=self.state.experiment.id, text=text, level="warning"))
            for unit_id in followed:
                del self._followed[unit_id]

    def _by_follower(self, unit_ids: Iterable[str]) -> list[tuple[LogFollower, list[str]]]:
        groups: dict[int, tuple[LogFollower, list[str]]] = {}
        for unit_id in unit_ids:
            follower = self._followed[unit_id]
            groups.setdefault(id(follower), (follower, []))[1].append(unit_id)
        return list(groups.values())

    def _handles(self, unit_ids: Iterable[str]) -> list[JobHandle]:
        return [handle for unit_id in unit_ids for handle in self.state.handles[unit_id]]

    def _emit(self, stream: LogStream, line: str) -> None:
        self.reporter.emit(
            LogLine(
                experiment_id=self.state.experiment.id,
                job=self._jobs[stream.handle],
                role=stream.role,
                replica=stream.replica,
                line=line,
            )
        )
