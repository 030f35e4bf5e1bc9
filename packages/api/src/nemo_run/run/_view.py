"""What the parts of the facade need of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from nemo_run._metadata import SavedExperiment
from nemo_run.run._adding import JobFactory
from nemo_run.run._session import RunSession
from nemo_run.run.job import Job, JobGroup
from nemo_run_application.services import Services
from nemo_run_domain.experiment import Experiment as DomainExperiment


class ExperimentView(Protocol):
    """An experiment, seen from inside the facade."""

    GOODBYE_MESSAGE_PYTHON: ClassVar[str]
    GOODBYE_MESSAGE_BASH: ClassVar[str]

    _PARALLEL_SUPPORTED_EXECUTORS: ClassVar[tuple[type, ...]]
    _DETACH_SUPPORTED_EXECUTORS: ClassVar[tuple[type, ...]]

    clean_mode: bool
    detach: bool
    _title: str
    _id: str
    _exp_dir: str
    _jobs: list[Job | JobGroup]
    _factory: JobFactory
    _session: RunSession | None
    _task_texts: dict[str, str]
    _base_dir: str | None
    _raise_on_failure: bool | None
    _direct: bool
    _launched: bool
    _reconstruct: bool
    _skip_status_at_exit: bool
    _enable_goodbye_message: bool

    @property
    def id(self) -> str:
        """Id of the experiment."""
        ...

    @property
    def _root(self) -> str: ...

    @property
    def _services(self) -> Services: ...

    def dryrun(self, log: bool = True, exist_ok: bool = False, delete_exp_dir: bool = True) -> None:
        """Show what would be sent."""
        ...

    def _domain(self, dependency_type: str | None = None) -> DomainExperiment: ...

    def _saved(self) -> SavedExperiment: ...

    def _until_exit(self, undo: Callable[[], None]) -> None: ...

    def _close(self) -> None: ...
