"""Execution units: tasks of one experiment that start and stop together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.names import check_component
from nemo_run_domain.task import Task
from nemo_run_domain.topology import Topology

DependencyType = Literal["afterok", "afterany"]
DEPENDENCY_TYPES: tuple[DependencyType, ...] = ("afterok", "afterany")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTask:
    """One task of a unit with the place where it runs.

    Attributes:
        id: Name of the role; unique inside the experiment.
        task: What to run.
        executor: Where to run it; not changed any more.
        launcher: Program put around the command.
        topology: Nodes and processes.
        side_files: Suffix -> content of files that stand beside the task, for people.
    """

    id: str
    task: Task
    executor: ExecutorSettings
    launcher: LauncherSettings = field(default_factory=LauncherSettings)
    topology: Topology = field(default_factory=Topology)
    side_files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionUnit:
    """Tasks of one experiment that start and stop together.

    Attributes:
        id: Unique inside its experiment.
        tasks: In launch order, at least one; more than one makes a group.
        directory: Name of the job folder inside the experiment folder.
        after: Ids of the units that must end before this one starts.
        dependency_type: ``afterok``: they must succeed; ``afterany``: they must end.
        follow_logs: Print the output while waiting.
    """

    id: str
    tasks: tuple[UnitTask, ...]
    directory: str = ""
    after: frozenset[str] = frozenset()
    dependency_type: DependencyType = "afterok"
    follow_logs: bool = False

    def __post_init__(self) -> None:
        check_component(self.id, what=f"job name {self.id!r}")
        if not self.tasks:
            raise InvalidConfigError(f"unit {self.id!r} has no task")
        if self.dependency_type not in DEPENDENCY_TYPES:
            allowed = " or ".join(map(repr, DEPENDENCY_TYPES))
            raise InvalidConfigError(
                f"unit {self.id!r}: dependency_type must be {allowed}, not {self.dependency_type!r}"
            )
        if not self.directory:
            object.__setattr__(self, "directory", self.id)
        check_component(self.directory, what=f"job folder {self.directory!r}")

    @property
    def is_group(self) -> bool:
        """Whether the unit was given as a group."""
        return len(self.tasks) > 1

    @property
    def executor(self) -> ExecutorSettings:
        """Settings of the first task, which decide where the unit goes."""
        return self.tasks[0].executor

    def is_ready(self, succeeded: Collection[str]) -> bool:
        """Whether every unit this one waits for has succeeded."""
        return self.after.issubset(succeeded)
