"""Experiments: named sets of jobs that are launched, watched, saved and reproduced."""

from __future__ import annotations

import contextvars
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from nemo_run import _bootstrap, _metadata
from nemo_run._lazy import LazyModule
from nemo_run._tasks_file import tasks_file
from nemo_run._translate import to_unit
from nemo_run.config import ConfigurableMixin, get_nemorun_home
from nemo_run.core.execution.local import LocalExecutor
from nemo_run.exceptions import ExperimentFailedError, UsageError
from nemo_run.run import _telling
from nemo_run.run._adding import JobFactory, as_executor
from nemo_run.run._session import RunSession, hold
from nemo_run.run.job import Job, JobGroup
from nemo_run_application.plan import PlannedUnit, PlanUnits
from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.run_state import RunState
from nemo_run_application.warm_up import warm_up
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.experiment import Experiment as DomainExperiment
from nemo_run_domain.graph import check_graph
from nemo_run_domain.job import JobState, JobStatus
from nemo_run_domain.layout import DONE_FILE, TASKS_FILE, TUNNELS_FILE, experiment_dir
from nemo_run_domain.names import check_component, check_title
from nemo_run_domain.names import experiment_id as make_id

if TYPE_CHECKING:
    from types import TracebackType

    from nemo_run.core.execution.base import Executor
    from nemo_run.run import _direct, _loading, _managing
    from nemo_run.run.plugin import ExperimentPlugin
    from nemo_run_domain.outcome import Outcome
else:
    _direct = LazyModule("nemo_run.run._direct")
    _loading = LazyModule("nemo_run.run._loading")
    _managing = LazyModule("nemo_run.run._managing")

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
        self._session: RunSession | None = None
        self._let_go: Callable[[], None] | None = None
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
        """
        experiment = cls.from_id(id, base_dir=base_dir)
        _managing.resume(experiment)
        return experiment

    # Adding

    def add(
        self,
        task: Any,
        executor: Executor | list[Executor] | str | None = None,
        name: str = "",
        plugins: list[ExperimentPlugin] | ExperimentPlugin | None = None,
        tail_logs: bool = False,
        dependencies: list[str] | None = None,
        dependency_type: str | None = None,
    ) -> str:
        """Add a job; returns its id.

        Args:
            task: A ``Partial`` or a ``Script``; a list of them starts and stops together.
            executor: Where to run it; default: the experiment's. A list for a group.
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
                self._finish(error)
        finally:
            self._close()
            _current_experiment.reset(self._tokens.pop())

    def _finish(self, error: BaseException | None) -> None:
        session = None if self.detach else self._session
        try:
            if session is not None and isinstance(error, KeyboardInterrupt):
                session.stop(error)
            elif session is not None:
                session.wait()
        finally:
            self._write_jobs()
            self._services.store.write(self._exp_dir, {DONE_FILE: b""})
            _telling.say_goodbye(self, attached=not self.detach)
        if error is None and not self.detach:
            self._raise_if_failed()

    def _hold(self) -> None:
        """Keep other programs from resuming the experiment until the end of the block."""
        if self._let_go is not None:
            self._let_go()
        self._let_go = hold(self._services, self._id, self._exp_dir)

    def _close(self) -> None:
        """Let go of the experiment, of threads and of the reporter; the next use makes new ones."""
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()
        services, self._services_cache = self._services_cache, None
        if services is not None:
            services.reporter.close()
            services.workers.close()

    def _raise_if_failed(self) -> None:
        wanted = self._raise_on_failure
        if wanted is None:
            wanted = os.environ.get("NEMORUN_RAISE_ON_FAILURE", "").lower() in ("1", "true", "yes")
        states = {job.id: job.state for job in self._jobs}
        bad = {job_id: state for job_id, state in states.items() if state is not JobState.SUCCEEDED}
        if wanted and bad:
            text = ", ".join(f"{job_id} {state}" for job_id, state in bad.items())
            raise ExperimentFailedError(f"experiment {self._id}: {text}", self._id, states)

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
        try:
            planned = self._prepare(exist_ok=exist_ok)
        except FileExistsError:
            raise
        except BaseException:
            self._delete_unless_used()
            raise
        if delete_exp_dir:
            self._delete_unless_used()
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
            BackendError: A backend refused a job; the others are launched and recorded.
            Interrupted: Ctrl-C; what is not remote was cancelled.
        """
        self._check_inside("run")
        if _is_loading_script():
            _telling.notice(
                self, f"experiment {self._id} is not launched again while a task loads its script"
            )
            return
        if self._launched or self._reconstruct:
            why = "has been launched" if self._launched else "is saved; call reset() to run it again"
            _telling.notice(self, f"experiment {self._id} {why}: nothing is launched")
            return
        for job in self._jobs:
            job.tail_logs = job.tail_logs or tail_logs
        if sequential:
            self._chain()
        if direct:
            self._run_here(dependency_type)
            return
        self._launch(detach, dependency_type)

    def _chain(self) -> None:
        if any(job.dependencies for job in self._jobs):
            raise UsageError("run(sequential=True) takes only jobs without dependencies of their own")
        for before, job in zip(self._jobs, self._jobs[1:], strict=False):
            job.dependencies = [before.id]

    def _run_here(self, dependency_type: str | None) -> None:
        experiment = self._domain(dependency_type)
        _direct.check(experiment)
        self._services.store.create(self._exp_dir)
        self._write_metadata()
        self._direct = self._launched = True
        try:
            _direct.run(self, experiment)
        except BaseException:
            self._launched = False
            raise
        finally:
            self._write_jobs()

    def _launch(self, detach: bool, dependency_type: str | None) -> None:
        self._check_parallel()
        warm_up(self._services, (e for job in self._jobs for e in job.executor_list()))
        try:
            planned = self._prepare(dependency_type=dependency_type)
        except FileExistsError:
            raise
        except BaseException:
            self._delete()
            raise
        if not self._jobs:
            return
        experiment = self._domain_cache
        chained = any(unit.after for unit in experiment.units)
        self.detach = self._can_detach(detach, chained)
        state = RunState(experiment=experiment, planned={p.unit.id: p for p in planned})
        self._jobs_by_id = {job.id: job for job in self._jobs}
        self._session = RunSession(self._services, state, self._note_status)
        self._hold()
        _telling.announce(self, chained=chained)
        self._launched = True
        try:
            self._session.start()
        finally:
            self._note_handles(state)
        self._stop_if_refused(state)
        if chained:
            self._session.wait()
            self._stop_if_refused(state)

    def _stop_if_refused(self, state: RunState) -> None:
        if not state.errors:
            return
        cancelled, remote = self._session.cancel_local() if self._session else ([], [])
        if remote:
            _telling.notice(
                self,
                f"submitted and going on: {remote}; to end them: nemo experiment cancel {self._id} --all",
            )
        if cancelled:
            _telling.notice(self, f"cancelled, because another job was refused: {cancelled}")
        raise state.errors[0]

    def _can_detach(self, wanted: bool, chained: bool) -> bool:
        if not wanted:
            return False
        kinds = {type(e) for job in self._jobs for e in job.executor_list()}
        unable = [
            k.__name__
            for k in kinds
            if k not in self._DETACH_SUPPORTED_EXECUTORS and not getattr(k, "supports_detach", False)
        ]
        if unable:
            _telling.notice(self, f"cannot detach from {', '.join(sorted(unable))}: waiting instead")
        elif chained:
            _telling.notice(self, "cannot detach: this process must start jobs whose dependencies end")
        return not unable and not chained

    def _check_parallel(self) -> None:
        """Check that the jobs of each class of executor may run side by side."""
        if any(job.dependencies for job in self._jobs):
            return
        for job in self._jobs:
            kind = type(job.executor)
            if getattr(kind, "supports_parallel", True) or kind in self._PARALLEL_SUPPORTED_EXECUTORS:
                continue
            raise UsageError(f"{kind.__name__} cannot run jobs side by side; call run(sequential=True)")

    # Preparing and saving

    def _prepare(self, exist_ok: bool = False, dependency_type: str | None = None) -> list[PlannedUnit]:
        """Write the folder of the experiment and plan every unit; nothing is submitted."""
        _loading.load_tasks(self._jobs, self._exp_dir)
        experiment = self._domain(dependency_type)
        services = self._services
        for unit in experiment.units:
            services.connections.backend(unit.executor)
        services.store.create(self._exp_dir, exist_ok=exist_ok)
        planned = PlanUnits(services)(PrepareExperiment(services)(experiment))
        self._write_metadata(dependency_type)
        return planned

    def _domain(self, dependency_type: str | None = None) -> DomainExperiment:
        directories = self._factory.directories
        self._assign_executors()
        units = [to_unit(job, directories.get(job.id, job.id), dependency_type) for job in self._jobs]
        try:
            check_graph(units)
        except InvalidConfigError as error:
            raise UsageError(str(error)) from error
        self._domain_cache = DomainExperiment(
            id=self._id, title=self._title, directory=self._exp_dir, units=tuple(units)
        )
        return self._domain_cache

    def _assign_executors(self) -> None:
        """Tell executors that were put into a job after ``add`` which job they belong to."""
        for job in self._jobs:
            directory = self._factory.directories.get(job.id, job.id)
            for executor in job.executor_list():
                if executor.experiment_id != self._id:
                    executor.assign(self._id, self._exp_dir, task_id=job.id, task_dir=directory)

    def _write_metadata(self, dependency_type: str | None = None) -> None:
        files = _metadata.config_files(self._saved())
        files |= _metadata.main_source()
        files[TUNNELS_FILE] = b"{}"
        self._task_texts.clear()
        files[_metadata.EXTRA_FILE] = _metadata.extra_file(self._base_dir, self._jobs, dependency_type)
        # Last: an experiment whose tasks can be read has everything else.
        files[TASKS_FILE] = tasks_file(self._jobs, self._task_texts)
        self._services.store.write(self._exp_dir, files)

    def _write_jobs(self) -> None:
        self._services.store.write(self._exp_dir, {TASKS_FILE: tasks_file(self._jobs, self._task_texts)})

    def _delete_unless_used(self) -> None:
        if not self._launched and not self._reconstruct:
            self._delete()

    def _delete(self) -> None:
        self._services.store.delete(self._exp_dir, prune_parent=True)

    def _note_handles(self, state: RunState) -> None:
        for job in self._jobs:
            if (handles := state.handles.get(job.id)) and not job.launched:
                job.note_handles([str(handle) for handle in handles])

    def _note_status(self, job_id: str, status: JobStatus) -> None:
        job = self._jobs_by_id[job_id]
        handles = self._session.state.handles.get(job_id) if self._session is not None else None
        if handles and not job.launched:
            job.note_handles([str(handle) for handle in handles])
        job.note_status(status)

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


def _is_loading_script() -> bool:
    """Whether this is a task that executes the launching script to find its function."""
    return bool(getattr(sys.modules.get("__external_main__"), "__nemo_run_loading__", False))


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
