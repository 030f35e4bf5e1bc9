"""Saved experiments: finding them, reading them, recovering what is damaged."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from nemo_run import _bootstrap, _metadata
from nemo_run.config import Script, get_nemorun_home
from nemo_run.core.execution.local import LocalExecutor
from nemo_run.exceptions import ExperimentNotFoundError
from nemo_run.run.job import Job, JobGroup
from nemo_run_application.find import FindExperiments
from nemo_run_domain.errors import StoreError, UntrustedFileError
from nemo_run_domain.job import JobHandle
from nemo_run_domain.journal import JobRecord, fold
from nemo_run_domain.layout import CONFIG_FILE, TASKS_FILE, side_path
from nemo_run_domain.names import title_of
from nemo_run_domain.task import CallableTask

ExperimentT = TypeVar("ExperimentT")


def root_of(base_dir: str | None) -> str:
    """Return the folder that holds all experiments' folders, absolute."""
    return os.path.abspath(os.path.expanduser(base_dir) if base_dir else get_nemorun_home())


def finder(base_dir: str | None) -> FindExperiments:
    """Return what looks for experiments below a folder; None: the home folder."""
    return FindExperiments(_bootstrap.store(), root_of(base_dir))


def from_id(cls: Callable[..., ExperimentT], experiment_id: str, base_dir: str | None) -> ExperimentT:
    """Return a saved experiment by its id."""
    directory = finder(base_dir).directory(experiment_id) if "_" in experiment_id else None
    if directory is None:
        where = f"{root_of(base_dir)}/experiments"
        raise ExperimentNotFoundError(
            f"Experiment {experiment_id} not found below {where}; "
            f"titles there: {finder(base_dir).catalog()[:20]}"
        )
    return from_directory(cls, directory, base_dir)


def from_title(cls: Callable[..., ExperimentT], title: str, base_dir: str | None) -> ExperimentT:
    """Return the newest readable run of a title."""
    found = finder(base_dir)
    if not found.has_title(title):
        raise ExperimentNotFoundError(
            f"no experiment has the title {title!r}; there are {found.catalog()[:20]}"
        )
    for directory in found.of_title(title):
        try:
            return from_directory(cls, directory, base_dir)
        except StoreError as error:
            _warn("left out %s: %s", directory, error)
    raise ExperimentNotFoundError(f"title {title!r} has no readable run below {found.root}")


def from_directory(cls: Callable[..., ExperimentT], directory: str, base_dir: str | None) -> ExperimentT:
    """Read the folder of an experiment; nothing it names is executed."""
    saved = _read_config(directory)
    experiment: Any = cls(
        saved.title,
        executor=saved.executor,
        id=os.path.basename(directory),
        log_level=saved.log_level,
        base_dir=base_dir,
        clean_mode=saved.clean_mode,
        enable_goodbye_message=saved.enable_goodbye_message,
        threadpool_workers=saved.threadpool_workers,
        skip_status_at_exit=saved.skip_status_at_exit,
        serialize_metadata_for_scripts=saved.serialize_metadata_for_scripts,
        jobs=_read_jobs(directory),
        _reconstruct=True,
    )
    experiment._exp_dir = directory
    return experiment


def _read_config(directory: str) -> _metadata.SavedExperiment:
    path = os.path.join(directory, CONFIG_FILE)
    content = _bootstrap.store().read(directory, CONFIG_FILE)
    try:
        if content is None:
            raise StoreError(f"{path} is missing")
        return _metadata.load_config(content, _bootstrap.registry(), path)
    except UntrustedFileError:
        raise
    except StoreError as error:
        if not _journal(directory):
            raise
        _warn("%s; going on with what the journal says", error)
        return _metadata.SavedExperiment(title=title_of(os.path.basename(directory)))


def _read_jobs(directory: str) -> list[Job | JobGroup]:
    path = os.path.join(directory, TASKS_FILE)
    content = _bootstrap.store().read(directory, TASKS_FILE)
    records = _journal(directory)
    try:
        if content is None:
            raise StoreError(f"{path} is missing")
        jobs = _metadata.load_jobs(content, _bootstrap.registry(), path)
    except UntrustedFileError:
        raise
    except StoreError as error:
        if not records:
            raise
        _warn("%s; going on with what the journal says", error)
        jobs = [*map(partial(_recovered, directory), records)]
    _metadata.apply_extra(_bootstrap.store().read(directory, _metadata.EXTRA_FILE), jobs)
    for job in jobs:
        _complete(job, records.get(job.id))
    return jobs


def _journal(directory: str) -> dict[str, JobRecord]:
    return fold(_bootstrap.store().journal(directory))


def _recovered(directory: str, job_id: str) -> Job | JobGroup:
    """Return a job of which only the journal knows: it can be asked and cancelled, not run again."""
    executor = LocalExecutor()
    executor.assign(os.path.basename(directory), directory, job_id, job_id)
    return Job(id=job_id, task=None, executor=executor)


def _complete(job: Job | JobGroup, record: JobRecord | None) -> None:
    """Add what the journal knows and the saved job does not."""
    if record is None:
        return
    if record.handles:
        job.note_handles(list(record.handles))
    if record.status is not None:
        job.note_status(record.status)


def handles_of(job: Job | JobGroup) -> tuple[JobHandle, ...]:
    """Return the handles of a job."""
    return tuple(JobHandle.parse(handle) for handle in job.handles)


def load_tasks(jobs: Sequence[Job | JobGroup], directory: str) -> None:
    """Replace the saved texts of tasks by the tasks themselves; imports what they name.

    Raises:
        StoreError: A text is damaged.
        NotFoundError: Something it names is not there.
    """
    saved = [job for job in jobs if job.tasks and isinstance(job.tasks[0], str)]
    if saved:
        _extend_import_path(directory)
    for job in saved:
        if isinstance(job, JobGroup):
            job.tasks = list(_load_task(job, job.tasks[0]))
        else:
            job.task = _load_task(job, job.task)


def _extend_import_path(directory: str) -> None:
    """Find modules where the launching program found them, behind everything found here."""
    found = _metadata.import_path(_bootstrap.store().read(directory, _metadata.EXTRA_FILE))
    sys.path += [entry for entry in found if entry not in sys.path and os.path.exists(entry)]


def _load_task(job: Job | JobGroup, text: str) -> Any:
    side_files = {}
    for name in (job.id, *job.task_ids()):
        blob = _bootstrap.store().read(job.executor.job_dir, side_path(name, "by_value"))
        if blob is not None:
            side_files["by_value"] = blob
            break
    decoded = _bootstrap.codec().decode(CallableTask(target=job.id, payload=text, side_files=side_files))
    return [_as_run(item) for item in decoded] if isinstance(decoded, list) else _as_run(decoded)


def _as_run(task: Any) -> Any:
    """Build what was saved as the configuration of a ``Script``; leave partials as they are."""
    target = getattr(task, "__fn_or_cls__", None)
    if isinstance(target, type) and issubclass(target, Script):
        import fiddle as fdl

        return fdl.build(task)
    return task


def _warn(text: str, *args: object) -> None:
    import logging  # slow to load, for a line that hardly ever is written

    logging.getLogger("nemo_run.experiment").warning(text, *args)
