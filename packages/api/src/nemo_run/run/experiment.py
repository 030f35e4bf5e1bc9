"""Experiments: named sets of jobs that are launched, watched, saved and reproduced."""

from __future__ import annotations

import contextvars
import os
import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from nemo_run import _bootstrap, _metadata
from nemo_run._lazy import LazyModule
from nemo_run.config import ConfigurableMixin, get_nemorun_home
from nemo_run.core.execution.local import LocalExecutor
from nemo_run.exceptions import UsageError
from nemo_run.run import _dry, _preparing, _running, _telling
from nemo_run.run._adding import JobFactory, as_executor
from nemo_run.run._session import RunSession
from nemo_run.run.job import Job, JobGroup
from nemo_run_application.plan import PlannedUnit
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.experiment import Experiment as DomainExperiment
from nemo_run_domain.job import JobState
from nemo_run_domain.layout import DONE_FILE, TASKS_FILE, TUNNELS_FILE, experiment_dir
from nemo_run_domain.names import check_component, check_title
from nemo_run_domain.names import experiment_id as make_id

if TYPE_CHECKING:
    from types import TracebackType

    from nemo_run.core.execution.base import Executor
    from nemo_run.run import _loading, _managing, _resuming
    from nemo_run.run.plugin import ExperimentPlugin
    from nemo_run_domain.outcome import Outcome
else:
    _loading = LazyModule("nemo_run.run._loading")
    _managing = LazyModule("nemo_run.run._managing")
    _resuming = LazyModule("nemo_run.run._resuming")

_current_experiment: contextvars.ContextVar[Experiment] = contextvars.ContextVar("nemo_current_experiment")

_LEVELS = ("CRITICAL", "FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET")


class Jobs(list[Any], ConfigurableMixin):
    """Jobs of an experiment."""


class Tasks(list[Any], ConfigurableMixin):
    """Tasks of an experiment; a list for each group."""


class Experiment(ConfigurableMixin):
    """A named set of jobs.

    Used as a context manager: jobs are added and launched inside the block, and leaving it waits
    for what was launched and not detached.
    """

    GOODBYE_MESSAGE_PYTHON: ClassVar[str] = _bootstrap.GOODBYE_PYTHON
    GOODBYE_MESSAGE_BASH: ClassVar[str] = _bootstrap.GOODBYE_BASH

    _PARALLEL_SUPPORTED_EXECUTORS: ClassVar[tuple[type, ...]] = (LocalExecutor,)
    _DETACH_SUPPORTED_EXECUTORS: ClassVar[tuple[type, ...]] = (LocalExecutor,)
    _DEPENDENCY_SUPPORTED_EXECUTORS: ClassVar[tuple[type, ...]] = ()
    _RUNNER_DEPENDENT_EXECUTORS: ClassVar[tuple[type, ...]] = (LocalExecutor,)

    _CONFIG_FILE: ClassVar[str] = "_CONFIG"
    _VERSION_FILE: ClassVar[str] = "_VERSION"
    _TASK_FILE: ClassVar[str] = TASKS_FILE
    _DONE_FILE: ClassVar[str] = DONE_FILE
    _TUNNELS_FILE: ClassVar[str] = TUNNELS_FILE

    def __init__(
        self,
        title: str,
        executor: Executor | str | None = None,
        id: str | None = None,
        log_level: str = "INFO",
        _reconstruct: bool = False,
        jobs: list[Job | JobGroup] | None = None,
        base_dir: str | os.PathLike[str] | None = None,
        clean_mode: bool = False,
        enable_goodbye_message: bool = True,
        threadpool_workers: int = 16,
        skip_status_at_exit: bool = False,
        serialize_metadata_for_scripts: bool = True,
        raise_on_failure: bool | None = None,
    ) -> None:
        """Name an experiment; nothing is written before it is run.

        Args:
            title: Groups runs; name of a folder.
            executor: Default for jobs; None: this machine.
            id: Default ``<title>_<nanoseconds>``.
            log_level: Level of the ``nemo_run`` loggers.
            jobs: Jobs to start from.
            base_dir: Stands instead of the home folder for this experiment.
            clean_mode: Show the output of tasks only.
            enable_goodbye_message: Say at the end how to come back to the experiment.
            threadpool_workers: Largest number of threads that talk to backends.
            skip_status_at_exit: Leave out the final table.
            serialize_metadata_for_scripts: Write snapshots of scripts for people.
            raise_on_failure: Raise at the end of the block when a job did not succeed; None: as
                ``NEMORUN_RAISE_ON_FAILURE`` says.

        Raises:
            ValueError: A title, id or level that is not allowed.
        """
        if log_level.upper() not in _LEVELS:
            raise InvalidConfigError(f"log level {log_level!r} is none of {', '.join(_LEVELS)}")
        if _reconstruct and id is None:
            raise UsageError("an experiment is reconstructed from its id")
        self._title = check_title(title)
        self._id = (
            make_id(title, time.time_ns())
            if id is None
            else check_component(id, what=f"experiment id {id!r}")
        )
        self.executor: Any = as_executor(executor) if executor else LocalExecutor()
        self.log_level = log_level.upper()
        self.clean_mode = clean_mode
        self._reconstruct = _reconstruct
        self._base_dir = (
            None if base_dir is None else os.path.abspath(os.path.expanduser(os.fspath(base_dir)))
        )
        self._exp_dir = experiment_dir(self._root, title, self._id)
        self._enable_goodbye_message = enable_goodbye_message
        self._threadpool_workers = threadpool_workers
        self._skip_status_at_exit = skip_status_at_exit
        self._serialize_metadata_for_scripts = serialize_metadata_for_scripts
        self._raise_on_failure = raise_on_failure
        self.tunnels: dict[str, Any] = {}
        self.detach = False
        self._jobs: list[Job | JobGroup] = list(jobs or [])
        self._factory = JobFactory(self._id, self._exp_dir)
        self._factory.directories.update(
            {job.id: os.path.basename(job.executor.job_dir) for job in self._jobs}
        )
        self._task_texts: dict[str, str] = {}
        self._launched = False
        self._direct = False
        self._was_asked = False
        self._session: RunSession | None = None
        self._undo: list[Callable[[], None]] = []
        self._services_cache: Any = None
        self._tokens: list[contextvars.Token[Experiment]] = []

    # What it is

    @property
    def _root(self) -> str:
        return self._base_dir or os.path.abspath(get_nemorun_home())

    @property
    def _services(self) -> Any:
        if self._services_cache is None:
            if self._threadpool_workers < 1:
                raise InvalidConfigError(
                    f"threadpool_workers must be at least 1, not {self._threadpool_workers}"
                )
            self._services_cache = _bootstrap.services(
                clean=self.clean_mode, threads=self._threadpool_workers
            )
        return self._services_cache

    @property
    def id(self) -> str:
        """``<title>_<integer>``."""
        return self._id

    @property
    def title(self) -> str:
        """What runs of one kind have in common."""
        return self._title

    @property
    def jobs(self) -> Jobs:
        """The jobs, in a new list with the live objects."""
        return Jobs(self._jobs)

    @jobs.setter
    def jobs(self, jobs: Sequence[Job | JobGroup]) -> None:
        self._jobs = list(jobs)

    @property
    def tasks(self) -> Tasks:
        """The tasks, live; loads the code of saved ones."""
        _loading.load_tasks(self._jobs, self._exp_dir)
        return Tasks([job.tasks if isinstance(job, JobGroup) else job.task for job in self._jobs])

    def to_config(self) -> Any:
        """Return the constructor arguments as a ``Config``; jobs are not part of it."""
        from nemo_run.config import Config

        arguments = vars(self._saved())
        return Config(Experiment, bind_args=False, **{**arguments, "executor": self.executor.to_config()})

    def _saved(self) -> _metadata.SavedExperiment:
        return _metadata.SavedExperiment(
            title=self._title,
            id=self._id,
            executor=self.executor,
            log_level=self.log_level,
            clean_mode=self.clean_mode,
            threadpool_workers=self._threadpool_workers,
            enable_goodbye_message=self._enable_goodbye_message,
            skip_status_at_exit=self._skip_status_at_exit,
            serialize_metadata_for_scripts=self._serialize_metadata_for_scripts,
        )

    # Finding saved ones

    @classmethod
    def catalog(cls, title: str = "", *, base_dir: str | None = None) -> list[str]:
        """Return the ids of all runs of a title, oldest first; without a title, the titles."""
        return _loading.finder(base_dir).catalog(title)

    @classmethod
    def from_id(cls, id: str, *, base_dir: str | None = None) -> Experiment:
        """Return a saved experiment.

        Raises:
            ExperimentNotFoundError: There is none of that id.
            StoreError: Its files are damaged and cannot be recovered from its journal.
        """
        return _loading.from_id(cls, id, base_dir)

    @classmethod
    def from_title(cls, title: str, *, base_dir: str | None = None) -> Experiment:
        """Return the newest readable run of a title.

        Raises:
            ExperimentNotFoundError: There is none.
        """
        return _loading.from_title(cls, title, base_dir)

    @classmethod
    def resume(cls, id: str, *, base_dir: str | None = None) -> Experiment:
        """Run again, in the same experiment, what did not succeed; says why for each job, and waits.

        Raises:
            ExperimentNotFoundError: There is none of that id.
            UsageError: Inside a command that is a dry run.
        """
        if _dry.is_on():
            raise UsageError(f"this is a dry run; experiment {id!r} is not resumed")
        experiment = cls.from_id(id, base_dir=base_dir)
        _resuming.resume(experiment)
        return experiment

    # Adding

    def add(
        self,
        task: Any,
        executor: Executor | str | list[Executor | str] | None = None,
        name: str = "",
        plugins: list[ExperimentPlugin] | ExperimentPlugin | None = None,
        tail_logs: bool = False,
        dependencies: list[str] | None = None,
        dependency_type: str | None = None,
    ) -> str:
        """Add a job; returns its id.

        Args:
            task: A ``Partial`` or a ``Script``; a list of them starts and stops together.
            executor: Where to run it, or the name of an executor; default: the experiment's. A list for a
                group.
            name: Default: after the function or script; a group needs one.
            plugins: Change copies of the task and the executor.
            tail_logs: Print its output while waiting.
            dependencies: Ids of jobs that must end before.
            dependency_type: ``afterok``: they must succeed; ``afterany``: they must end.

        Raises:
            UsageError: Outside the block, an unknown dependency, a group that does not fit.
            TypeError: Nothing that can be run.
            PackagingError: Something in the task cannot travel; names it.
        """
        self._check_inside("add")
        if self._launched:
            raise UsageError(f"experiment {self._id} has been launched; add jobs before run()")
        self._check_dependencies(dependencies or [])
        place = self.executor if executor is None else executor
        if isinstance(task, list):
            job: Job | JobGroup = self._factory.group(task, place, name, plugins)
        else:
            job = self._factory.single(task, as_executor(place), name, plugins)
        job.tail_logs = tail_logs
        job.dependencies = list(dependencies or [])
        job.dependency_type = dependency_type
        self._jobs.append(job)
        return job.id

    def _check_inside(self, method: str) -> None:
        if _current_experiment.get(None) is not self:
            raise UsageError(f"call {method}() inside 'with Experiment(...) as exp:'")

    def _check_dependencies(self, dependencies: Sequence[str]) -> None:
        if isinstance(dependencies, str):
            raise UsageError(f"dependencies must be a list of job ids: [{dependencies!r}]")
        if not dependencies:
            return
        known = {job.id for job in self._jobs}
        if unknown := [d for d in dependencies if d not in known]:
            raise UsageError(f"dependencies {unknown} are no jobs of this experiment; it has {sorted(known)}")

    # Block

    def __enter__(self) -> Experiment:
        """Begin to add jobs."""
        self._tokens.append(_current_experiment.set(self))
        _telling.printer(self).entering(self._title, self._id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what was launched, write down how it ended."""
        try:
            if self._launched:
                _running.finish(self, error)
            elif error is None and self._jobs and not (self._was_asked or self._reconstruct):
                _telling.say_forgotten(self)
        finally:
            self._close()
            _current_experiment.reset(self._tokens.pop())

    def _until_exit(self, undo: Callable[[], None]) -> None:
        """Have something undone at the end of the block."""
        self._undo.append(undo)

    def _close(self) -> None:
        """Let go of the experiment, of threads and of the reporter; the next use makes new ones."""
        while self._undo:
            self._undo.pop()()
        services, self._services_cache = self._services_cache, None
        if services is not None:
            services.reporter.close()
            services.workers.close()

    # Running

    def dryrun(self, log: bool = True, exist_ok: bool = False, delete_exp_dir: bool = True) -> None:
        """Show what would be sent, and send nothing.

        Args:
            log: Print it.
            exist_ok: The folder of the experiment may exist.
            delete_exp_dir: Delete the folder afterwards, unless jobs were launched from it.

        Raises:
            FileExistsError: The folder exists.
        """
        self._was_asked = True
        if _dry.is_here():
            _dry.print_here(self)
            return
        planned = self._prepare(exist_ok=exist_ok)
        if delete_exp_dir:
            _preparing.delete_unless_used(self)
        if log:
            _telling.print_plans(self, planned)

    def run(
        self,
        sequential: bool = False,
        detach: bool = False,
        tail_logs: bool = False,
        direct: bool = False,
        dependency_type: str | None = None,
    ) -> None:
        """Launch the jobs. With dependencies between them, also wait for them.

        Args:
            sequential: Each job waits for the one before it.
            detach: Do not wait; the jobs go on when this program ends.
            tail_logs: Print the output of every job while waiting.
            direct: Run the tasks in this process, one after the other.
            dependency_type: For jobs that have none of their own: ``afterok`` or ``afterany``.

        Raises:
            UsageError: Outside the block, or jobs that cannot be run that way.
            FileExistsError: The experiment has been run before.
            BackendError: A backend refused a job; the others were cancelled, or go on where they are
                remote, and are recorded.
            Interrupted: Ctrl-C; what is not remote was cancelled.
        """
        self._check_inside("run")
        self._was_asked = True
        if reason := _running.why_not(self):
            _telling.notice(self, f"experiment {self._id} {reason}")
            return
        for job in self._jobs:
            job.tail_logs = job.tail_logs or tail_logs
        if sequential and not direct:  # directly, jobs run one after the other anyway
            _running.chain(self)
        if _dry.is_on():
            _dry.show(self, direct=direct)
        elif direct:
            if detach:
                _telling.notice(self, "cannot detach from this process, where the jobs run: waiting instead")
            _running.run_here(self, dependency_type)
        else:
            _running.launch(self, detach=detach, dependency_type=dependency_type)

    # Preparing and saving

    def _prepare(self, exist_ok: bool = False) -> list[PlannedUnit]:
        """Write the folder of the experiment and plan every unit; nothing is submitted."""
        return _preparing.prepare(self, self._domain(), exist_ok=exist_ok, dependency_type=None)

    def _domain(self, dependency_type: str | None = None) -> DomainExperiment:
        return _preparing.domain_of(self, dependency_type)

    # Managing

    def status(self, return_dict: bool = False) -> dict[str, dict[str, Any]] | None:
        """Print how every job is doing, or return it.

        Args:
            return_dict: Return job id -> ``name``, ``status``, ``executor``, ``job_id``, ``handle``,
                ``local_dir`` and more instead of printing.
        """
        report = _managing.status(self)
        if return_dict:
            return report
        _managing.print_status(self, report)
        return None

    def logs(self, job_id: str, regex: str | None = None, follow: bool = False) -> None:
        """Print the output of a job to standard error.

        Args:
            job_id: Id of the job.
            regex: Only lines that contain it.
            follow: Go on until the job ends.
        """
        _managing.print_logs(self, job_id, regex, follow)

    def cancel(self, job_id: str | None = None) -> None:
        """Ask a job to end; without an id, all of them."""
        _managing.cancel(self, job_id)

    def wait(self, timeout: float | None = None) -> dict[str, JobState]:
        """Wait until all jobs have ended; returns job id -> state.

        Args:
            timeout: Seconds; None waits for ever.

        Raises:
            WaitTimeoutError: Jobs were unfinished when the time was over.
        """
        return _managing.wait(self, timeout)

    def results(self) -> dict[str, Outcome]:
        """Return job id -> outcome: state, exit code, reason, last lines, value or exception."""
        return _managing.results(self)

    def export(self, folder: str | os.PathLike[str]) -> list[str]:
        """Write every script and command into a folder, to be run by hand; returns their paths."""
        return _managing.export(self, os.path.abspath(os.path.expanduser(os.fspath(folder))))

    def reset(self) -> Experiment:
        """Make a finished experiment runnable again under a new id; returns it.

        Jobs keep their ids, dependencies, plugins and executors. Nothing of the launching script is
        executed again.
        """
        _managing.reset(self)
        return self

    def _wait_for_jobs(self, jobs: Sequence[Job | JobGroup]) -> None:
        _managing.wait_for(self, [job.id for job in jobs], None)


def maybe_load_external_main(exp_dir: str) -> None:
    """Do nothing: functions of a launching script are loaded without executing it again."""
    del exp_dir


def _get_sorted_dirs(path: str) -> list[str]:
    """Return the folders inside ``path``, oldest first."""
    found = [entry for entry in os.scandir(path) if entry.is_dir()]
    return [e.name for e in sorted(found, key=lambda e: (_created(e.name), e.stat().st_mtime))]


def _get_latest_dir(path: str) -> str:
    """Return the newest folder inside ``path``.

    Raises:
        ExperimentNotFoundError: There is none.
    """
    from nemo_run.exceptions import ExperimentNotFoundError

    names = _get_sorted_dirs(path) if os.path.isdir(path) else []
    if not names:
        raise ExperimentNotFoundError(f"{path} has no runs")
    return os.path.join(path, names[-1])


def _created(name: str) -> int:
    match = re.search(r"_(\d+)$", name)
    return int(match[1]) if match else 0
