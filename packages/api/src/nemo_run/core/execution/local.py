"""Tasks as processes of this machine."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run.core.execution.base import FolderExecutor
from nemo_run_adapters.local.settings import LocalSettings


@dataclass(kw_only=True)
class LocalExecutor(FolderExecutor, LocalSettings):
    """Runs tasks as processes of this machine, in the current folder.

    Attributes:
        ntasks_per_node: Processes that a torch launcher starts.
        nodes: Machines that run the same program side by side; each starts its own part.
    """

    def nnodes(self) -> int:
        """Return the number of machines."""
        return self.nodes

    def nproc_per_node(self) -> int:
        """Return the number of processes on each machine."""
        return self.ntasks_per_node
