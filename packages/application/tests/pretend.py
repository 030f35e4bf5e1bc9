"""A world of pretend clusters in which time passes only when somebody waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nemo_run_adapters.memory.clock import FakeClock
from nemo_run_adapters.memory.cluster import MemoryCluster
from nemo_run_adapters.memory.reporter import RecordingReporter
from nemo_run_adapters.memory.scheduler import MemoryLogSource, MemoryResults, MemoryScheduler
from nemo_run_adapters.memory.settings import MemorySettings
from nemo_run_adapters.memory.store import MemoryExperimentStore, MemoryFileStore
from nemo_run_application.backends import Backend, BackendRegistry, Capability, ConnectContext, Connection
from nemo_run_application.cancel import JobAddress
from nemo_run_application.events import Event, JobChanged, LogLine
from nemo_run_application.plan import PlanUnits
from nemo_run_application.ports.log_source import LogChunk, LogStream
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.ports.scheduler import Refused
from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.run_state import RunState
from nemo_run_application.services import Connections, Services
from nemo_run_application.watch import WatchRun
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.job import JobHandle, JobState, JobStatus
from nemo_run_domain.journal import Record
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.unit import ExecutionUnit, UnitTask

HOME = "/home/me/.nemo_run"
MANY_PAUSES = 200_000
GRACE = 30.0


@dataclass(kw_only=True)
class PlaceSettings(MemorySettings):
    """One pretend cluster of several.

    Attributes:
        place: Which one.
    """

    place: str = "here"


class Clock(FakeClock):
    """Lets things happen while a test waits; gives up where a loop would never end."""

    def __init__(self) -> None:
        super().__init__()
        self._agenda: list[tuple[float, Callable[[], object]]] = []
        self._start = self.time

    @property
    def passed(self) -> float:
        """Seconds since the world began."""
        return self.time - self._start

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something as soon as that time has passed."""
        self._agenda.append((self._start + seconds, action))

    def sleep(self, seconds: float) -> None:
        assert len(self.slept) < MANY_PAUSES, "waits for ever"
        super().sleep(seconds)
        due = [entry for entry in self._agenda if entry[0] <= self.time]
        self._agenda = [entry for entry in self._agenda if entry[0] > self.time]
        for _, action in sorted(due, key=lambda entry: entry[0]):
            action()


@dataclass(slots=True)
class Place:
    """One pretend cluster with what goes wrong there, and what was asked of it.

    Attributes:
        cluster: Its jobs.
        silent: Names of calls that fail as if the network were down.
        busy: Ids of units that it cannot take at the moment.
        forgotten: Native ids that the place pretends not to know.
        before: Name of a call -> what happens just before it is answered.
        calls: Every call with what it was about, in order.
    """

    cluster: MemoryCluster
    silent: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def asked(self, call: str, about: Collection[Any]) -> None:
        """Note a call; fails if it is to fail."""
        self.calls.append((call, tuple(about)))
        if call in self.before:
            self.before[call]()
        if call in self.silent:
            raise BackendUnavailableError(f"no route for {call}")

    def count(self, call: str) -> int:
        """Return how often something was asked."""
        return Counter(name for name, _ in self.calls)[call]

    def job_of(self, unit_id: str) -> str:
        """Return the native id of the newest job of a unit."""
        return [job.native_id for job in self.cluster.jobs if job.unit_id == unit_id][-1]

    @property
    def started(self) -> list[str]:
        """Ids of the units in the order they were accepted."""
        return [job.unit_id for job in self.cluster.jobs]


@dataclass(frozen=True, slots=True)
class PlaceScheduler:
    """A scheduler that takes notes and fails on demand."""

    place: Place

    @property
    def _real(self) -> MemoryScheduler:
        return MemoryScheduler(self.place.cluster)

    def plan(self, units: Sequence[Any]) -> Sequence[Any]:
        self.place.asked("plan", [unit.unit.id for unit in units])
        return self._real.plan(units)

    def submit(self, plans: Sequence[Any]) -> Sequence[Any]:
        self.place.asked("submit", [plan.unit_id for plan in plans])
        busy = Refused(BackendUnavailableError("try again"))
        taken = iter(self._real.submit([plan for plan in plans if plan.unit_id not in self.place.busy]))
        return [busy if plan.unit_id in self.place.busy else next(taken) for plan in plans]

    def poll(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, JobStatus]:
        self.place.asked("poll", handles)
        lost = dict.fromkeys(
            (h for h in handles if h.native_id in self.place.forgotten), JobStatus(state=JobState.UNKNOWN)
        )
        return {**self._real.poll(handles), **lost}

    def cancel(self, handles: Collection[JobHandle]) -> None:
        self.place.asked("cancel", handles)
        self._real.cancel(handles)

    def find(self, tokens: Collection[str]) -> Mapping[str, tuple[JobHandle, ...]]:
        self.place.asked("find", tokens)
        return self._real.find(tokens)

    def close(self) -> None:
        self.place.asked("close", ())


@dataclass(frozen=True, slots=True)
class PlaceLogs:
    """A log source that takes notes, fails on demand, and gives a few bytes at a time."""

    place: Place
    chunk: int = 7

    @property
    def _real(self) -> MemoryLogSource:
        return MemoryLogSource(self.place.cluster)

    def streams(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, tuple[LogStream, ...]]:
        self.place.asked("streams", handles)
        return self._real.streams(handles)

    def read(self, cursors: Mapping[LogStream, str]) -> Mapping[LogStream, LogChunk]:
        self.place.asked("read", cursors)
        chunks = self._real.read(cursors)
        return {s: self._cut(cursors[s], chunk) for s, chunk in chunks.items()}

    def _cut(self, cursor: str, chunk: LogChunk) -> LogChunk:
        data = chunk.data[: self.chunk]
        return LogChunk(data, str(int(cursor or "0") + len(data)))

    def tail(self, streams: Collection[LogStream], size: int) -> Mapping[LogStream, bytes]:
        self.place.asked("tail", streams)
        return self._real.tail(streams, size)


@dataclass(frozen=True, slots=True)
class PlaceResults:
    """A result source that takes notes and fails on demand."""

    place: Place

    def fetch(
        self, handles: Collection[JobHandle], *, trusted: bool = True
    ) -> Mapping[JobHandle, TaskResult]:
        self.place.asked("fetch", handles)
        return MemoryResults(self.place.cluster).fetch(handles, trusted=trusted)


class World:
    """Everything a use case needs, in memory.

    Attributes:
        notifies: Whether places tell of changes.
        bare: Whether places keep neither output nor values.
    """

    def __init__(self) -> None:
        self.notifies = self.bare = False
        self.clock = Clock()
        self.places: dict[str, Place] = {}
        self.store = MemoryExperimentStore(self.clock)
        self.files = MemoryFileStore()
        self.reporter = RecordingReporter()
        self.registry = BackendRegistry(source=lambda: [self.backend])
        self.services = Services(
            connections=Connections(self.registry, ConnectContext(home=HOME)),
            store=self.store,
            files=self.files,
            reporter=self.reporter,
            clock=self.clock,
        )

    @property
    def backend(self) -> Backend:
        """The descriptor of all places."""
        return Backend(
            name="memory",
            settings=PlaceSettings,
            connect=self._connect,
            capabilities=frozenset({Capability.GROUPS}),
            connection_key=lambda settings: getattr(settings, "place"),  # noqa: B009 - its own class
        )

    def place(self, name: str = "here") -> Place:
        """Return one cluster."""
        return self.places.setdefault(name, Place(MemoryCluster(clock=self.clock)))

    def _connect(self, _context: ConnectContext, settings: ExecutorSettings) -> Connection:
        assert isinstance(settings, PlaceSettings)
        place = self.place(settings.place)
        if "connect" in place.silent:
            raise BackendUnavailableError(f"no route to {settings.place}")
        return Connection(
            scheduler=PlaceScheduler(place),
            logs=None if self.bare else PlaceLogs(place),
            results=None if self.bare else PlaceResults(place),
            notifier=place.cluster.notifier if self.notifies else None,
            poll_interval=1.0,
            unknown_grace=GRACE,
        )

    def experiment(self, *units: ExecutionUnit, number: int = 1) -> Experiment:
        """Return an experiment whose folder exists."""
        experiment_id = f"title_{number}"
        directory = f"{HOME}/experiments/title/{experiment_id}"
        self.store.create(directory, exist_ok=True)
        return Experiment(id=experiment_id, title="title", directory=directory, units=units)

    def begin(self, *units: ExecutionUnit, on_change: Any = None) -> WatchRun:
        """Prepare and plan units; nothing is submitted."""
        experiment = self.experiment(*units)
        planned = PlanUnits(self.services)(PrepareExperiment(self.services)(experiment))
        state = RunState(experiment=experiment, planned={p.unit.id: p for p in planned})
        return WatchRun(self.services, state, on_change)

    def run(self, *units: ExecutionUnit) -> RunState:
        """Run units to their end."""
        watch = self.begin(*units)
        watch.start()
        assert watch.wait()
        return watch.state

    def restart(self) -> None:
        """Go on as another process would, which has no connection yet."""
        self.services.connections.close()

    def journal(self, state: RunState) -> list[Record]:
        """Return what was written down about a run."""
        return self.store.journal(state.experiment.directory)

    def events(self, *kinds: type[Event]) -> list[Event]:
        """Return the events of some kinds in order."""
        return [event for event in self.reporter.events if isinstance(event, kinds)]

    def lines(self, job: str | None = None) -> list[str]:
        """Return the reported output without line ends."""
        lines = self.reporter.of(LogLine)
        return [event.line.rstrip("\n") for event in lines if job is None or event.job == job]

    def told(self) -> list[tuple[str, JobState]]:
        """Return the reported changes."""
        return [(event.job, event.status.state) for event in self.reporter.of(JobChanged)]


def unit(
    name: str, *after: str, kind: Any = "afterok", follow: bool = False, **settings: Any
) -> ExecutionUnit:
    """Return a unit of one task; ``settings`` say how it ends."""
    return ExecutionUnit(
        id=name,
        tasks=(task(name, **settings),),
        after=frozenset(after),
        dependency_type=kind,
        follow_logs=follow,
    )


def task(name: str, **settings: Any) -> UnitTask:
    """Return one task of a unit."""
    return UnitTask(id=name, task=ScriptTask(inline=f"echo {name}"), executor=PlaceSettings(**settings))


def states(state: RunState) -> dict[str, str]:
    """Return unit id -> name of its state."""
    return {unit_id: status.state.name for unit_id, status in state.statuses.items()}


def address(state: RunState, unit_id: str) -> JobAddress:
    """Return what another process knows of a unit before it reads the journal."""
    return JobAddress(unit_id=unit_id, executor=state.planned[unit_id].unit.executor, handles=())


def addresses(state: RunState) -> list[JobAddress]:
    """Return the addresses of all units."""
    return [address(state, unit_id) for unit_id in state.planned]
