"""Units made ready for a backend: commands and files, nothing sent yet."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run_domain.command import Command
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.layout import JobFile
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedTask:
    """One task with its command.

    Attributes:
        id: Name of the role.
        command: What each node starts.
        files: To be written into the job folder.
        retries: How often a failed task is started again.
        launcher: Already part of the command; backends that render it themselves look here.
        topology: Nodes and processes.
        returns_value: Whether the task leaves a value behind, as a ``Partial`` does.
    """

    id: str
    command: Command
    files: tuple[JobFile, ...]
    retries: int
    launcher: LauncherSettings
    topology: Topology
    returns_value: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedUnit:
    """One unit, ready to be planned.

    Attributes:
        unit: What it was made from.
        experiment_id: Experiment it belongs to.
        title: Title of that experiment.
        job_dir: Job folder on this machine, absolute.
        token: Travels with the submission, so that the job can be found again.
        tasks: In launch order.
    """

    unit: ExecutionUnit
    experiment_id: str
    title: str
    job_dir: str
    token: str
    tasks: tuple[PreparedTask, ...]
