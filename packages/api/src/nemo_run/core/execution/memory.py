"""Tasks that are only pretended, for testing pipelines."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from nemo_run.core.execution.base import Executor
from nemo_run_adapters.memory.settings import MemorySettings


@dataclass(kw_only=True)
class MemoryExecutor(Executor, MemorySettings):
    """Pretends to run tasks and ends them as its fields say; nothing is started."""

    supports_detach: ClassVar[bool] = True
    supports_groups: ClassVar[bool] = True

    def assign(self, exp_id: str, exp_dir: str, task_id: str, task_dir: str) -> None:
        """Learn the job this copy belongs to."""
        del task_id
        self.experiment_id = exp_id
        self.experiment_dir = exp_dir
        self.job_dir = os.path.join(exp_dir, task_dir)

    def nnodes(self) -> int:
        """Return one."""
        return 1

    def nproc_per_node(self) -> int:
        """Return one."""
        return 1
