"""Tasks as processes of this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from nemo_run.core.execution.base import Executor
from nemo_run_adapters.local.settings import LocalSettings


@dataclass(kw_only=True)
class LocalExecutor(Executor, LocalSettings):
    """Runs tasks as processes of this machine, in the current folder.

    Attributes:
        ntasks_per_node: Processes that a torch launcher starts.
        nodes: Machines that run the same program side by side; each starts its own part.
    """

    supports_detach: ClassVar[bool] = True
    supports_groups: ClassVar[bool] = True

    def assign(self, exp_id: str, exp_dir: str, task_id: str, task_dir: str) -> None:
        """Learn the job this copy belongs to."""
        del task_id
        self.experiment_id = exp_id
        self.experiment_dir = exp_dir
        self.job_dir = os.path.join(exp_dir, task_dir)

    def nnodes(self) -> int:
        """Return the number of machines."""
        return self.nodes

    def nproc_per_node(self) -> int:
        """Return the number of processes on each machine."""
        return self.ntasks_per_node
