"""Jobs of an experiment: what was added, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from nemo_run.config import ConfigurableMixin
from nemo_run_domain.job import JobState, JobStatus, merge_group


def _no_names() -> list[str]:
    return []


@dataclass
class Job(ConfigurableMixin):
    """One task with its executor.

    Attributes:
        id: Unique inside the experiment.
        task: A ``Partial`` or a ``Script``; its saved text until it is needed.
        executor: Where it runs; this job's own copy.
        handle: ``<backend>://nemo_run/<native id>`` once it was launched.
        launched: Whether a backend accepted it.
        state: The last one this process knows.
        plugins: That were applied to it.
        tail_logs: Print the output while waiting.
        dependencies: Ids of the jobs it waits for.
        name: Always empty; part of the saved form.
        dependency_type: ``afterok``, ``afterany``, or None to follow the run.
    """

    id: str
    task: Any
    executor: Any
    handle: str = ""
    launched: bool = False
    state: JobState = JobState.UNSUBMITTED
    plugins: list[Any] | None = None
    tail_logs: bool = False
    dependencies: list[str] = field(default_factory=_no_names)
    name: str = ""
    dependency_type: str | None = field(init=False, default=None)

    @property
    def tasks(self) -> list[Any]:
        """The task, as a list."""
        return [self.task]

    @property
    def executors(self) -> Any:
        """The executor."""
        return self.executor

    @property
    def handles(self) -> list[str]:
        """The handle, as a list; empty before launch."""
        return [self.handle] if self.handle else []

    def executor_list(self) -> list[Any]:
        """Return the executor of each task."""
        return [self.executor]

    def task_ids(self) -> list[str]:
        """Return the name of each role."""
        return [self.id]

    def note_handles(self, handles: list[str]) -> None:
        """Remember what a backend accepted."""
        self.handle = handles[0] if handles else ""
        self.launched = bool(handles)
        if handles and self.state == JobState.UNSUBMITTED:
            self.state = JobState.SUBMITTED

    def note_status(self, status: JobStatus) -> None:
        """Remember the last status."""
        self.state = status.state


@dataclass
class JobGroup(ConfigurableMixin):
    """Tasks that start and stop together.

    Attributes:
        id: Unique inside the experiment.
        tasks: ``Partial`` or ``Script`` each; their saved text until it is needed.
        executors: One for all tasks, or one for each.
        handles: One per member, or one for all where the backend merges them.
        launched: Whether a backend accepted it.
        states: The last ones this process knows, in the order of ``handles``.
        plugins: That were applied to it.
        tail_logs: Print the output while waiting.
        dependencies: Ids of the jobs it waits for.
        name: Always empty; part of the saved form.
        dependency_type: ``afterok``, ``afterany``, or None to follow the run.
    """

    SUPPORTED_EXECUTORS: ClassVar[list[type]] = []

    id: str
    tasks: list[Any]
    executors: Any
    handles: list[str] = field(default_factory=_no_names)
    launched: bool = False
    states: list[JobState] = field(default_factory=list)
    plugins: list[Any] | None = None
    tail_logs: bool = False
    dependencies: list[str] = field(default_factory=_no_names)
    name: str = ""
    dependency_type: str | None = field(init=False, default=None)

    @property
    def state(self) -> JobState:
        """State of the group: that of the member that decides it."""
        if not self.launched or not self.states:
            return self.states[0] if self.states else JobState.UNSUBMITTED
        return merge_group([JobStatus(state=state) for state in self.states]).state

    @property
    def handle(self) -> str:
        """First handle, or nothing."""
        return self.handles[0] if self.handles else ""

    @property
    def executor(self) -> Any:
        """The executor of the first task."""
        return self.executor_list()[0]

    def executor_list(self) -> list[Any]:
        """Return the executor of each task."""
        if isinstance(self.executors, list):
            return self.executors
        return [self.executors] * len(self.tasks)

    def task_ids(self) -> list[str]:
        """Return the name of each role."""
        return [f"{self.id}-{number}" for number in range(len(self.tasks))]

    def note_handles(self, handles: list[str]) -> None:
        """Remember what a backend accepted."""
        self.handles = handles
        self.launched = bool(handles)
        self.states = [JobState.SUBMITTED] * len(handles)

    def note_status(self, status: JobStatus) -> None:
        """Remember the last status."""
        self.states = [status.state] * max(1, len(self.handles))
