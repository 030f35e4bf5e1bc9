"""Settings of the local backend."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run_domain.executor import ExecutorSettings


@dataclass(kw_only=True)
class LocalSettings(ExecutorSettings):
    """Runs tasks as processes of this machine, in the working directory of the submitting process.

    Attributes:
        ntasks_per_node: Processes that a torch launcher starts.
        nodes: More than 1 when an outer launcher starts the same program on several machines,
            which then form one group; no process is started elsewhere.
    """

    ntasks_per_node: int = 1
    nodes: int = 1
