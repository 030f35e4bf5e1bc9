"""What use cases share: ports, the backends, and open connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from nemo_run_application.backends import Backend, BackendRegistry, ConnectContext, Connection
from nemo_run_application.ports.clock import Clock
from nemo_run_application.ports.experiment_store import ExperimentStore
from nemo_run_application.ports.file_store import FileStore
from nemo_run_application.ports.reporter import Reporter
from nemo_run_application.workers import Workers
from nemo_run_domain.executor import ExecutorSettings

ItemT = TypeVar("ItemT")


@dataclass(slots=True)
class Connections:
    """Opens each connection once and keeps it.

    Attributes:
        registry: Knows the backends.
        context: Passed to each ``connect``.
    """

    registry: BackendRegistry
    context: ConnectContext
    _open: dict[tuple[str, str], Connection] = field(
        init=False, default_factory=dict[tuple[str, str], Connection]
    )
    _opening: dict[tuple[str, str], threading.Lock] = field(
        init=False, default_factory=dict[tuple[str, str], threading.Lock]
    )
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def backend(self, executor: ExecutorSettings) -> Backend:
        """Return the backend that serves an executor."""
        return self.registry.for_executor(executor)

    def get(self, executor: ExecutorSettings) -> Connection:
        """Return the connection for an executor, opening it at first need.

        Raises:
            BackendUnavailableError: It cannot be opened at the moment.
        """
        key = self.key(executor)
        with self._lock:
            opening = self._opening.setdefault(key, threading.Lock())
        with opening:  # one slow host must not hold up the others
            if (connection := self._open.get(key)) is None:
                connection = self.backend(executor).connect(self.context, executor)
                with self._lock:
                    self._open[key] = connection
            return connection

    def key(self, executor: ExecutorSettings) -> tuple[str, str]:
        """Return what is equal for executors that share a connection; opens none."""
        backend = self.backend(executor)
        return (backend.name, backend.connection_key(executor))

    def close(self) -> None:
        """Close every connection; jobs go on."""
        with self._lock:
            connections = list(self._open.values())
            self._open.clear()
        for connection in connections:
            connection.scheduler.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a use case may need.

    Attributes:
        connections: The way to the backends.
        store: Saved experiments.
        files: Job folders.
        reporter: Hears of everything that happens.
        clock: Time.
        workers: Threads for calls to several systems.
        environ: Environment of this process.
    """

    connections: Connections
    store: ExperimentStore
    files: FileStore
    reporter: Reporter
    clock: Clock
    workers: Workers = field(default_factory=Workers)
    environ: Mapping[str, str] = field(default_factory=dict[str, str])


def by_connection(
    items: Iterable[ItemT], connection_of: Callable[[ItemT], Connection]
) -> list[tuple[Connection, list[ItemT]]]:
    """Sort items by the connection that serves them, in order of first appearance."""
    groups: dict[int, tuple[Connection, list[ItemT]]] = {}
    for item in items:
        connection = connection_of(item)
        groups.setdefault(id(connection), (connection, []))[1].append(item)
    return list(groups.values())


def by_place(
    items: Iterable[ItemT], executor_of: Callable[[ItemT], ExecutorSettings], connections: Connections
) -> list[tuple[ExecutorSettings, list[ItemT]]]:
    """Sort items by the connection they need, without opening any.

    Returns:
        An executor that leads to the connection, and the items it serves, in order of first appearance.
    """
    groups: dict[tuple[str, str], tuple[ExecutorSettings, list[ItemT]]] = {}
    for item in items:
        executor = executor_of(item)
        groups.setdefault(connections.key(executor), (executor, []))[1].append(item)
    return list(groups.values())
