"""Tasks that are only pretended, for testing pipelines."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run.core.execution.base import FolderExecutor
from nemo_run_adapters.memory.settings import MemorySettings


@dataclass(kw_only=True)
class MemoryExecutor(FolderExecutor, MemorySettings):
    """Pretends to run tasks and ends them as its fields say; nothing is started."""

    def nnodes(self) -> int:
        """Return one."""
        return 1

    def nproc_per_node(self) -> int:
        """Return one."""
        return 1
