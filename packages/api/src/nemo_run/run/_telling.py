"""What people are told around a run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from nemo_run import _bootstrap
from nemo_run.run._view import ExperimentView
from nemo_run_application.events import Notice, RunEnded, RunStarted
from nemo_run_application.plan import PlannedUnit
from nemo_run_domain.job import JobStatus


def printer(experiment: ExperimentView) -> Any:
    """Return what prints for people."""
    return _bootstrap.printer(clean=experiment.clean_mode)


def notice(experiment: ExperimentView, text: str, level: str = "warning") -> None:
    """Tell people something."""
    experiment._services.reporter.emit(Notice(experiment_id=experiment.id, text=text, level=level))


def say_forgotten(experiment: ExperimentView) -> None:
    """Tell people that they end a block without a call that launches its jobs."""
    count = len(experiment._jobs)
    jobs = "1 job was" if count == 1 else f"{count} jobs were"
    notice(experiment, f"{jobs} added and not launched: call run() before the block ends")


def announce(experiment: ExperimentView, launched: Collection[str], *, chained: bool = False) -> None:
    """Tell people that a run begins.

    Args:
        experiment: With its jobs.
        launched: Ids of those that the run launches.
        chained: Some of them wait for others.
    """
    jobs = {job.id: job.executor.info() for job in experiment._jobs if job.id in launched}
    experiment._services.reporter.emit(RunStarted(experiment_id=experiment.id, jobs=jobs))
    if chained and len(jobs) > 1:
        text = "keep this process running: it starts jobs when the ones they depend on have ended"
        notice(experiment, text, level="info")


def print_plans(experiment: ExperimentView, planned: Sequence[PlannedUnit]) -> None:
    """Print what would be sent."""
    out = printer(experiment)
    out.line(f"Dry run of experiment {experiment.id}")
    for plan in planned:
        kind = "Task Group" if plan.unit.is_group else "Task"
        out.line(f"{kind} {plan.unit.id}" + (f" after {sorted(plan.unit.after)}" if plan.unit.after else ""))
        out.line(str(plan.plan).rstrip("\n"))


def say_goodbye(experiment: ExperimentView, *, attached: bool) -> None:
    """Print the final table and how to come back."""
    if not experiment._skip_status_at_exit:
        statuses: dict[str, JobStatus] = {j.id: JobStatus(state=j.state) for j in experiment._jobs}
        if experiment._session is not None:
            statuses = dict(experiment._session.state.statuses)
        ended = RunEnded(experiment_id=experiment.id, statuses=statuses, detached=not attached)
        experiment._services.reporter.emit(ended)
    experiment._services.reporter.close()
    if experiment._enable_goodbye_message:
        printer(experiment).goodbye(
            experiment.id,
            [job.id for job in experiment._jobs],
            experiment.GOODBYE_MESSAGE_PYTHON,
            experiment.GOODBYE_MESSAGE_BASH,
        )
