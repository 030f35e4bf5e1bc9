"""Descriptor of the in-memory backend."""

from __future__ import annotations

from nemo_run_adapters.memory.settings import MemorySettings
from nemo_run_application.backends import Backend, Capability, ConnectContext, Connection
from nemo_run_domain.executor import ExecutorSettings


def connect(_context: ConnectContext, _settings: ExecutorSettings) -> Connection:
    """Open a way to the cluster of this process."""
    from nemo_run_adapters.memory.cluster import cluster
    from nemo_run_adapters.memory.scheduler import MemoryLogSource, MemoryResults, MemoryScheduler

    return Connection(
        scheduler=MemoryScheduler(cluster),
        logs=MemoryLogSource(cluster),
        notifier=cluster.notifier,
        results=MemoryResults(cluster),
        poll_interval=0.02,
    )


backend = Backend(
    name="memory",
    settings=MemorySettings,
    capabilities=frozenset({Capability.DETACH, Capability.GROUPS}),
    connect=connect,
)
