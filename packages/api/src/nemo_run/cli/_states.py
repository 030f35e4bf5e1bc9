"""States of the jobs of a saved experiment: show them, change them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nemo_run.cli import _show
from nemo_run.run import _managing, _resuming, _telling
from nemo_run.run.experiment import Experiment
from nemo_run_domain.job import JobState

_GOING_ON = (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNING)
_FINAL = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)

Rows = Mapping[str, Mapping[str, Any]]
"""What ``Experiment.status(return_dict=True)`` returns."""


def ask(experiment: Experiment) -> Rows:
    """Ask how every job is doing."""
    return experiment.status(return_dict=True) or {}


def show(experiment: Experiment, rows: Rows, *, as_json: bool) -> None:
    """Print the state of every job: the status block, or an object with the names of states as texts."""
    if as_json:
        _show.write_json({job_id: {**row, "status": str(row["status"])} for job_id, row in rows.items()})
    else:
        _telling.printer(experiment).entering(experiment.title, experiment.id)
        _managing.print_status(experiment, rows)


def all_succeeded(rows: Rows) -> bool:
    """Whether every job did what it was asked to."""
    return all(row["status"] == JobState.SUCCEEDED for row in rows.values())


def unfinished(experiment: Experiment, rows: Rows) -> list[str]:
    """Return the ids of jobs that go on, or that somebody is still about to launch."""
    driven = experiment._services.store.is_held(experiment._exp_dir)
    states = (*_GOING_ON, JobState.UNSUBMITTED) if driven else _GOING_ON
    return [job_id for job_id, row in rows.items() if row["status"] in states]


def cancel(experiment: Experiment, job_ids: Collection[str], *, as_json: bool) -> None:
    """Ask those of some jobs that go on to end, and tell of the others."""
    rows = ask(experiment)
    ended = [job_id for job_id in rows if job_id in job_ids and rows[job_id]["status"] in _FINAL]
    wanted = [job for job in experiment.jobs if job.id in job_ids and job.id not in ended]
    if wanted:
        _managing.cancel_jobs(experiment, wanted)
    if as_json:
        asked = [job.id for job in wanted]
        _show.write_json({"experiment": experiment.id, "cancelled": asked, "ended_before": ended})
        return
    for job_id in ended:
        _show.write(f"Job {job_id} of experiment {experiment.id} has ended before: {rows[job_id]['status']}")
    if going_on := [job_id for job_id in unfinished(experiment, rows) if job_id not in job_ids]:
        count = len(going_on)
        others = "1 other job goes" if count == 1 else f"{count} other jobs go"
        _show.write(f"{others} on ({', '.join(going_on)}); --all cancels them, too")


def run_again(experiment: Experiment) -> None:
    """Run again what did not succeed, and wait."""
    try:
        _resuming.resume(experiment)
    finally:
        experiment._services.workers.close()
