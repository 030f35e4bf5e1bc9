"""Backends: descriptors, their discovery, and who serves an executor."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nemo_run_application.ports.log_source import LogSource
from nemo_run_application.ports.notifier import Notifier
from nemo_run_application.ports.results import ResultSource
from nemo_run_application.ports.scheduler import Scheduler
from nemo_run_domain.errors import InvalidConfigError, NotFoundError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.launcher import Rendezvous, TorchLauncher, rendezvous_for
from nemo_run_domain.topology import Topology

ENTRY_POINT_GROUP = "nemo_run.backends"


class Capability(str, enum.Enum):
    """What only some backends can do."""

    DETACH = "detach"
    DEPENDENCIES = "dependencies"
    GROUPS = "groups"
    MERGED_GROUPS = "merged groups"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An open way to one backend.

    Attributes:
        scheduler: Plans, submits, polls, cancels.
        logs: Output of its jobs, where the backend keeps any.
        notifier: Tells of changes, where the backend can.
        results: Values of its tasks, where the backend keeps any.
        poll_interval: Seconds between two status calls when nothing notifies.
        unknown_grace: Seconds after which a job that the backend does not know is given up.
        warm_up: Begins what a submission will need, without waiting for it; never called for dry runs.
    """

    scheduler: Scheduler[Any]
    logs: LogSource | None = None
    notifier: Notifier | None = None
    results: ResultSource | None = None
    poll_interval: float = 2.0
    unknown_grace: float = 300.0
    warm_up: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectContext:
    """What a backend may need to connect.

    Attributes:
        home: Home folder of nemo_run on this machine, absolute.
    """

    home: str


class FindRendezvous(Protocol):
    """Says where the agents of a torch launcher meet."""

    def __call__(
        self, launcher: TorchLauncher, topology: Topology, run_id: str, environ: Mapping[str, str]
    ) -> Rendezvous:
        """Return the meeting point; ``environ`` is the environment of this process."""
        ...


def _default_rendezvous(
    launcher: TorchLauncher, topology: Topology, run_id: str, environ: Mapping[str, str]
) -> Rendezvous:
    del environ
    return rendezvous_for(launcher, topology, run_id)


def _one_connection(_settings: ExecutorSettings) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One system that can run jobs; loads no SDK until ``connect`` is called.

    Attributes:
        name: First part of its job handles.
        settings: Class of the executors it serves, subclasses included.
        connect: Opens a connection for such an executor.
        capabilities: What it can do beyond running single units.
        connection_key: Executors with equal keys share a connection.
        job_folder: Where tasks see their job folder; None: where it is on this machine.
        rendezvous: Where the agents of torch launchers meet.
    """

    name: str
    settings: type[ExecutorSettings]
    connect: Callable[[ConnectContext, ExecutorSettings], Connection]
    capabilities: frozenset[Capability] = frozenset()
    connection_key: Callable[[ExecutorSettings], str] = _one_connection
    job_folder: str | None = None
    rendezvous: FindRendezvous = _default_rendezvous

    def can(self, capability: Capability) -> bool:
        """Whether the backend has a capability."""
        return capability in self.capabilities


def discover() -> Iterator[Backend]:
    """Yield the installed backends; a broken one is logged and left out."""
    # These cost 30 ms, and built-in backends need none of it.
    import logging
    from importlib.metadata import entry_points

    log = logging.getLogger("nemo_run.backends")

    for entry in entry_points(group=ENTRY_POINT_GROUP):
        try:
            backend = entry.load()
        except Exception as error:  # noqa: BLE001 - one broken plugin must not take the others down
            log.warning(
                "backend %r (%s) cannot be loaded and is left out: %s", entry.name, entry.value, error
            )
            continue
        if isinstance(backend, Backend):
            yield backend
        else:
            log.warning("backend %r (%s) is no Backend descriptor and is left out", entry.name, entry.value)


def _never(_executor_type: type) -> bool:
    return False


@dataclass(slots=True)
class BackendRegistry:
    """Knows which backend serves which executor.

    Attributes:
        source: Gives the descriptors; called once, at first need, so that nothing loads before.
        is_settled: Whether no installed package can have a nearer backend for a class of executors
            than the registered ones, so that the packages need not be looked through.
    """

    source: Callable[[], Iterable[Backend]] = discover
    is_settled: Callable[[type], bool] = _never
    _by_name: dict[str, Backend] = field(init=False, default_factory=dict[str, Backend])
    _loaded: bool = field(init=False, default=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def register(self, backend: Backend) -> None:
        """Add or replace a backend."""
        with self._lock:
            self._by_name[backend.name] = backend

    def known(self) -> dict[str, Backend]:
        """Return the backends seen so far by name; loads none."""
        return dict(self._by_name)

    def all(self) -> dict[str, Backend]:
        """Return every installed backend by name."""
        self._load()
        return dict(self._by_name)

    def for_executor(self, executor: ExecutorSettings) -> Backend:
        """Return the backend of the nearest base class of an executor.

        Raises:
            InvalidConfigError: No backend serves it; lists the ones there are.
        """
        kind = type(executor)
        backend = self._nearest(kind)
        if backend is None or not (backend.settings is kind or self.is_settled(kind)):
            self._load()
            backend = self._nearest(kind)
        if backend is None:
            known = ", ".join(sorted(self._by_name)) or "none"
            raise InvalidConfigError(
                f"no backend serves {type(executor).__name__}; installed backends: {known}. "
                f"A package adds one through the entry-point group {ENTRY_POINT_GROUP!r}"
            )
        return backend

    def named(self, name: str) -> Backend:
        """Return a backend by its name.

        Raises:
            NotFoundError: There is none of that name; lists the ones there are.
        """
        if name not in self._by_name:
            self._load()
        if name not in self._by_name:
            raise NotFoundError(f"no backend is called {name!r}; installed backends: {sorted(self._by_name)}")
        return self._by_name[name]

    def _nearest(self, executor_type: type) -> Backend | None:
        by_settings = {backend.settings: backend for backend in list(self._by_name.values())}
        return next((by_settings[base] for base in executor_type.__mro__ if base in by_settings), None)

    def _load(self) -> None:
        with self._lock:
            if self._loaded:
                return
            self._loaded = True
            for backend in self.source():
                self._by_name.setdefault(backend.name, backend)
