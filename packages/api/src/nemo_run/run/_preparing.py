"""From the jobs of an experiment to a folder with everything in it and a plan for each job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemo_run import _metadata
from nemo_run._lazy import LazyModule
from nemo_run._tasks_file import tasks_file
from nemo_run._translate import callable_task, to_unit
from nemo_run.exceptions import UsageError
from nemo_run.run._view import ExperimentView
from nemo_run.run.job import JobGroup
from nemo_run_application.plan import PlannedUnit, PlanUnits
from nemo_run_application.prepare import PrepareExperiment
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.experiment import Experiment as DomainExperiment
from nemo_run_domain.graph import check_graph
from nemo_run_domain.layout import DONE_FILE, TASKS_FILE, TUNNELS_FILE, JobFile, side_path

if TYPE_CHECKING:
    from nemo_run.run import _loading
else:
    _loading = LazyModule("nemo_run.run._loading")


def prepare(
    experiment: ExperimentView, domain: DomainExperiment, *, exist_ok: bool, dependency_type: str | None
) -> list[PlannedUnit]:
    """Write the folder of an experiment and plan every unit; nothing is submitted.

    A folder that could not be completed is deleted again.

    Raises:
        FileExistsError: The folder is there and ``exist_ok`` is false; it stays as it is.
    """
    services = experiment._services
    for unit in domain.units:
        services.connections.backend(unit.executor)
    services.store.create(experiment._exp_dir, exist_ok=exist_ok)
    try:
        planned = PlanUnits(services)(PrepareExperiment(services)(domain))
        write_metadata(experiment, dependency_type)
    except BaseException:
        delete_unless_used(experiment)
        raise
    return planned


def domain_of(experiment: ExperimentView, dependency_type: str | None = None) -> DomainExperiment:
    """Return an experiment in the domain's words, its tasks loaded and its executors assigned.

    Raises:
        UsageError: Its dependencies form a cycle or lead nowhere.
    """
    _loading.load_tasks(experiment._jobs, experiment._exp_dir)
    _assign_executors(experiment)
    directories = experiment._factory.directories
    units = [to_unit(job, directories.get(job.id, job.id), dependency_type) for job in experiment._jobs]
    try:
        check_graph(units)
    except InvalidConfigError as error:
        raise UsageError(str(error)) from error
    return DomainExperiment(
        id=experiment.id, title=experiment._title, directory=experiment._exp_dir, units=tuple(units)
    )


def _assign_executors(experiment: ExperimentView) -> None:
    """Tell executors that were put into a job after ``add`` which job they belong to."""
    for job in experiment._jobs:
        directory = experiment._factory.directories.get(job.id, job.id)
        for executor in job.executor_list():
            if executor.experiment_id != experiment.id:
                executor.assign(experiment.id, experiment._exp_dir, task_id=job.id, task_dir=directory)


def write_metadata(experiment: ExperimentView, dependency_type: str | None = None) -> None:
    """Write every metadata file."""
    experiment._task_texts.clear()
    files = _metadata.config_files(experiment._saved())
    files |= _metadata.main_source()
    files[TUNNELS_FILE] = b"{}"
    files[_metadata.EXTRA_FILE] = _metadata.extra_file(
        experiment._base_dir, experiment._jobs, dependency_type
    )
    _write_groups(experiment)
    # Last: an experiment whose tasks can be read has everything else.
    files[TASKS_FILE] = tasks_file(experiment._jobs, experiment._task_texts)
    experiment._services.store.write(experiment._exp_dir, files)


def _write_groups(experiment: ExperimentView) -> None:
    """Write what the saved tasks of groups need that only this process has; their members have their own."""
    for job in experiment._jobs:
        if isinstance(job, JobGroup):
            saved = callable_task(job.tasks)
            experiment._task_texts[job.id] = saved.payload
            files = [JobFile(path=side_path(job.id, n), content=c) for n, c in saved.side_files.items()]
            experiment._services.files.write(job.executor.job_dir, files)


def write_jobs(experiment: ExperimentView) -> None:
    """Write ``_TASKS`` again, with the handles and states of now."""
    content = tasks_file(experiment._jobs, experiment._task_texts)
    experiment._services.store.write(experiment._exp_dir, {TASKS_FILE: content})


def delete_unless_used(experiment: ExperimentView) -> None:
    """Delete the folder of an experiment from which nothing was ever launched."""
    store, folder = experiment._services.store, experiment._exp_dir
    used = experiment._launched or experiment._reconstruct or store.read(folder, DONE_FILE) is not None
    if not (used or store.journal(folder)):
        store.delete(folder, prune_parent=True)
