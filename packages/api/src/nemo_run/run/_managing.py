"""What can be done with an experiment once it has jobs: ask, cancel, wait, collect, export, repeat."""

from __future__ import annotations

import copy
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nemo_run import _bootstrap
from nemo_run._translate import app_state
from nemo_run.exceptions import NemoRunError, NotFoundError
from nemo_run.run import _loading
from nemo_run.run._adding import JobFactory
from nemo_run.run._telling import notice, printer
from nemo_run.run._view import ExperimentView
from nemo_run.run.job import Job, JobGroup
from nemo_run.run.logs import printer_to, stderr
from nemo_run_application.await_jobs import AwaitJobs
from nemo_run_application.cancel import CancelJobs, JobAddress
from nemo_run_application.export import ExportExperiment
from nemo_run_application.follow_logs import OnLine
from nemo_run_application.read_logs import ReadLogs
from nemo_run_application.results import CollectResults
from nemo_run_application.run_here import is_direct
from nemo_run_application.status import ReadStatus, UnitReport
from nemo_run_domain.errors import WaitTimeoutError
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.layout import DONE_FILE, experiment_dir
from nemo_run_domain.logs import compile_filter
from nemo_run_domain.names import experiment_id
from nemo_run_domain.outcome import Outcome, explain


def addresses(jobs: Iterable[Job | JobGroup]) -> list[JobAddress]:
    """Return where the jobs are."""
    return [JobAddress(unit_id=j.id, executor=j.executor, handles=_loading.handles_of(j)) for j in jobs]


def reports(experiment: ExperimentView) -> dict[str, UnitReport]:
    """Return what is known about every job, asking the backends."""
    found = ReadStatus(experiment._services)(experiment._exp_dir, addresses(experiment._jobs))
    for job in experiment._jobs:
        report = found[job.id]
        if report.handles and not job.launched:
            job.note_handles([str(handle) for handle in report.handles])
    return found


def status(experiment: ExperimentView) -> dict[str, dict[str, Any]]:
    """Return job id -> facts, in the order of the jobs."""
    found = reports(experiment)
    direct = any(map(_ran_here, found.values()))
    return {
        job.id: _row(job, found[job.id], here=direct and _is_here(found[job.id])) for job in experiment._jobs
    }


def _is_here(report: UnitReport) -> bool:
    """Whether a unit of a direct run belongs to the launching process: others may have been resumed."""
    return _ran_here(report) or (not report.handles and report.status.reason is Reason.SKIPPED)


def _ran_here(report: UnitReport) -> bool:
    return any(map(is_direct, report.handles))


def _row(job: Job | JobGroup, report: UnitReport, *, here: bool) -> dict[str, Any]:
    first = report.handles[0] if report.handles else None
    return {
        "name": job.id,
        "status": app_state(report.status.state),
        "executor": "this process" if here else job.executor.info(),
        "job_id": first.native_id if first else "",
        "handle": str(first) if first else "",
        "local_dir": job.executor.job_dir,
        "exit_code": report.status.exit_code,
        "reason": str(report.status.reason or ""),
        "message": explain(report.status),
    }


def print_status(experiment: ExperimentView, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the status block."""
    printer(experiment).status(experiment.id, [_status_row(row) for row in rows.values()])


def _status_row(row: Mapping[str, Any]) -> Any:
    state = "SKIPPED" if row["reason"] == "skipped" else str(row["status"])
    details = f" ({row['message']})" if row["message"] else ""
    return _bootstrap.status_row(
        job=row["name"],
        state=state + details,
        executor=row["executor"],
        job_id=row["job_id"],
        local_dir=row["local_dir"],
        remote_dir=row.get("remote_dir", ""),
    )


def find(experiment: ExperimentView, job_id: str) -> Job | JobGroup:
    """Return a job by its id or its handle.

    Raises:
        NotFoundError: There is none; lists the ids.
    """
    for job in experiment._jobs:
        if job_id == job.id or job_id in job.handles:
            return job
    raise NotFoundError(
        f"experiment {experiment.id} has no job {job_id!r}; it has {[j.id for j in experiment._jobs]}"
    )


def print_logs(experiment: ExperimentView, job_id: str, regex: str | None, follow: bool) -> None:
    """Print the output of a job to standard error; problems become one line there."""
    out = stderr()
    try:
        read_logs(experiment, find(experiment, job_id), printer_to(out), regex=regex, follow=follow)
    except NemoRunError as error:
        out.write(f"{error}\n")


def read_logs(
    experiment: ExperimentView,
    job: Job | JobGroup,
    on_line: OnLine,
    *,
    regex: str | None = None,
    follow: bool = False,
) -> None:
    """Pass on every line of output of a job, and with ``follow`` those to come until it ends.

    Raises:
        InvalidConfigError: ``regex`` is no regular expression.
        NotFoundError: The job was not launched.
        UnsupportedFeatureError: Its backend keeps no output.
        BackendUnavailableError: The backend cannot be asked at the moment.
    """
    read = ReadLogs(experiment._services, on_line, compile_filter(regex))
    read(experiment._exp_dir, addresses([job])[0], follow=follow)


def cancel(experiment: ExperimentView, job_id: str | None) -> None:
    """Ask a job, or all of them, to end."""
    try:
        wanted = experiment._jobs if job_id is None else [find(experiment, job_id)]
    except NotFoundError as error:
        printer(experiment).line(str(error))
        return
    cancel_jobs(experiment, wanted)


def cancel_jobs(experiment: ExperimentView, jobs: Sequence[Job | JobGroup]) -> None:
    """Ask jobs to end."""
    names = ", ".join(job.id for job in jobs)
    printer(experiment).line(f"Cancelling {names} of experiment {experiment.id}")
    if experiment._session is not None:
        experiment._session.cancel([job.id for job in jobs])
        return
    found = reports(experiment)
    open_jobs = [job for job in jobs if not found[job.id].status.is_final]
    CancelJobs(experiment._services)(experiment._exp_dir, addresses(open_jobs))


def wait(experiment: ExperimentView, timeout: float | None) -> dict[str, JobState]:
    """Wait for all jobs; returns their states."""
    return wait_for(experiment, [job.id for job in experiment._jobs], timeout)


def wait_for(
    experiment: ExperimentView, job_ids: Sequence[str], timeout: float | None
) -> dict[str, JobState]:
    """Wait for some jobs; returns their states.

    Raises:
        WaitTimeoutError: Some were unfinished when the time was over; names them.
    """
    if experiment._session is not None and not experiment.detach and len(job_ids) == len(experiment._jobs):
        experiment._session.wait(timeout)
        statuses: Mapping[str, JobStatus] = experiment._session.state.statuses
    else:
        wanted = [job for job in experiment._jobs if job.id in set(job_ids)]
        statuses = AwaitJobs(experiment._services)(experiment._exp_dir, addresses(wanted), timeout=timeout)
    for job in experiment._jobs:
        if job.id in statuses:
            job.note_status(statuses[job.id])
    unfinished = [
        i for i in job_ids if not statuses[i].is_final and statuses[i].state is not JobState.UNKNOWN
    ]
    if unfinished and timeout is not None:
        raise WaitTimeoutError(
            f"after {timeout} s these jobs of {experiment.id} are unfinished: {unfinished}"
        )
    return {job_id: app_state(statuses[job_id].state) for job_id in job_ids}


def results(experiment: ExperimentView, *, trusted: bool = True) -> dict[str, Outcome]:
    """Return the outcome of every job.

    Args:
        experiment: Saved or running.
        trusted: Whether values may import what they name; otherwise a text stands for such.
    """
    found = reports(experiment)
    return CollectResults(experiment._services, trusted)(addresses(experiment._jobs), found)


def export(experiment: ExperimentView, folder: str) -> list[str]:
    """Write the scripts and commands of an experiment into a folder."""
    _loading.load_tasks(experiment._jobs, experiment._exp_dir)
    # What `python` and imports mean here is what they mean in the scripts.
    environ = {"NEMORUN_PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path)}
    write = ExportExperiment(experiment._services, os.path.dirname(sys.executable), environ)
    written = write(experiment._domain(), folder)
    printer(experiment).line(f"Exported experiment {experiment.id}; run it with: bash {folder}/run.sh")
    return [os.path.join(folder, path) for path in written]


def reset(experiment: ExperimentView) -> None:
    """Give an experiment a new id and fresh jobs."""
    done = os.path.exists(os.path.join(experiment._exp_dir, DONE_FILE))
    if not experiment._reconstruct and not done:
        notice(experiment, f"experiment {experiment.id} was not run yet: nothing to reset")
        return
    _loading.load_tasks(experiment._jobs, experiment._exp_dir)
    new_id = experiment_id(experiment._title, time.time_ns())
    factory = JobFactory(new_id, experiment_dir(experiment._root, experiment._title, new_id))
    factory.directories.update(experiment._factory.directories)
    jobs = [_fresh(job, factory) for job in experiment._jobs]
    experiment._id, experiment._exp_dir = new_id, factory.experiment_dir
    experiment._factory, experiment._jobs = factory, jobs
    experiment._launched = experiment._reconstruct = experiment.detach = False
    experiment._session = None


def _fresh(job: Job | JobGroup, factory: JobFactory) -> Job | JobGroup:
    """Return a job that was never launched, with copies of executors assigned to the new folder."""
    new: Job | JobGroup = copy.copy(job)
    directory = factory.directories.get(job.id, job.id)
    clones = []
    for executor in job.executor_list():
        clone = executor.clone()
        clone.assign(factory.experiment_id, factory.experiment_dir, task_id=job.id, task_dir=directory)
        clones.append(clone)
    if isinstance(new, JobGroup):
        new.executors = clones if isinstance(new.executors, list) else clones[0]
        new.handles, new.states, new.launched = [], [], False
    else:
        new.executor, new.handle, new.state, new.launched = clones[0], "", JobState.UNSUBMITTED, False
    return new
