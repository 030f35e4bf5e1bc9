"""Descriptor of the local backend."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_application.backends import Backend, Capability, ConnectContext, Connection
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.launcher import Rendezvous, TorchLauncher, rendezvous_for
from nemo_run_domain.topology import Topology


def connect(context: ConnectContext, _settings: ExecutorSettings) -> Connection:
    """Open the way to this machine; the supervisor starts with the first launch."""
    from nemo_run_adapters.local.logs import LocalLogs
    from nemo_run_adapters.local.notifier import NotifyingClient
    from nemo_run_adapters.local.registry import LocalRegistry
    from nemo_run_adapters.local.results import LocalResults
    from nemo_run_adapters.local.scheduler import LocalScheduler

    client, registry = NotifyingClient(), LocalRegistry(context.home)
    return Connection(
        scheduler=LocalScheduler(client, registry),
        logs=LocalLogs(client, registry),
        notifier=client,
        results=LocalResults(registry),
        poll_interval=1.0,
        unknown_grace=10.0,
        warm_up=client.warm_up,
    )


def find_rendezvous(
    launcher: TorchLauncher, topology: Topology, run_id: str, environ: Mapping[str, str]
) -> Rendezvous:
    """Return the meeting point; with several nodes the outer launcher's variables say where it is.

    Every node must come to the same id without asking the others, so it is derived from the address.
    """
    meet = rendezvous_for(launcher, topology, run_id)
    if topology.nodes == 1:
        return meet
    rank = environ.get("NODE_RANK") or environ.get("SLURM_NODEID") or meet.node_rank
    host, port = environ.get("MASTER_ADDR"), environ.get("MASTER_PORT")
    if not host or not port:
        return replace(meet, node_rank=rank)
    endpoint = f"{host}:{port}"
    shared = meet.run_id if launcher.rdzv_id is not None else _hash(endpoint)
    return Rendezvous(endpoint=endpoint, node_rank=rank, run_id=shared)


def _hash(text: str) -> str:
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big"))


backend = Backend(
    name="local_persistent",
    settings=LocalSettings,
    connect=connect,
    capabilities=frozenset({Capability.DETACH, Capability.GROUPS}),
    rendezvous=find_rendezvous,
)
