"""Launching the jobs of an experiment, waiting for them, and the end of its block."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from nemo_run._lazy import LazyModule
from nemo_run.exceptions import ExperimentFailedError, UsageError
from nemo_run.run._preparing import domain_of, prepare, write_jobs, write_metadata
from nemo_run.run._session import RunSession, hold
from nemo_run.run._telling import announce, notice, say_goodbye
from nemo_run.run._view import ExperimentView
from nemo_run_application.run_state import RunState
from nemo_run_application.warm_up import warm_up
from nemo_run_domain.errors import StoreError
from nemo_run_domain.job import JobState, JobStatus
from nemo_run_domain.layout import DONE_FILE

if TYPE_CHECKING:
    from nemo_run.run import _direct
else:
    _direct = LazyModule("nemo_run.run._direct")


def why_not(experiment: ExperimentView) -> str | None:
    """Return why an experiment is not to be launched, if there is a reason."""
    if getattr(sys.modules.get("__external_main__"), "__nemo_run_loading__", False):
        return "is not launched again while a task loads its script"
    if experiment._launched:
        return "has been launched: nothing is launched"
    if experiment._reconstruct:
        return "is saved: nothing is launched; call reset() to run it again"
    return None


def chain(experiment: ExperimentView) -> None:
    """Let each job wait for the one before it.

    Raises:
        UsageError: Some have dependencies of their own.
    """
    if any(job.dependencies for job in experiment._jobs):
        raise UsageError("run(sequential=True) takes only jobs without dependencies of their own")
    for before, job in zip(experiment._jobs, experiment._jobs[1:], strict=False):
        job.dependencies = [before.id]


def run_here(experiment: ExperimentView, dependency_type: str | None) -> None:
    """Run the tasks in this process, one after the other."""
    domain = domain_of(experiment, dependency_type)
    _direct.check(domain)
    experiment._services.store.create(experiment._exp_dir)
    write_metadata(experiment, dependency_type)
    experiment._direct = experiment._launched = True
    try:
        _direct.run(experiment, domain)
    except BaseException:
        experiment._launched = False
        experiment._services.store.write(experiment._exp_dir, {DONE_FILE: b""})
        raise
    finally:
        write_jobs(experiment)


def launch(experiment: ExperimentView, *, detach: bool, dependency_type: str | None) -> None:
    """Submit the jobs; with dependencies between them, also wait for them."""
    _check_parallel(experiment)
    warm_up(experiment._services, (e for job in experiment._jobs for e in job.executor_list()))
    domain = domain_of(experiment, dependency_type)
    planned = prepare(experiment, domain, exist_ok=False, dependency_type=dependency_type)
    if not experiment._jobs:
        return
    chained = any(unit.after for unit in domain.units)
    experiment.detach = _can_detach(experiment, detach, chained)
    state = RunState(experiment=domain, planned={p.unit.id: p for p in planned})
    session = begin(experiment, state)
    experiment._until_exit(hold(experiment._services, experiment.id, experiment._exp_dir))
    announce(experiment, domain.unit_ids, chained=chained)
    experiment._launched = True
    try:
        session.start()
    finally:
        _note_handles(experiment, state)
    _stop_if_refused(experiment, session)
    if not experiment.detach:
        experiment._until_exit(session.heed_signals())
    if chained:
        session.wait()
        _stop_if_refused(experiment, session)


def begin(experiment: ExperimentView, state: RunState) -> RunSession:
    """Return the session of a run, which keeps the jobs of the experiment up to date."""
    jobs = {job.id: job for job in experiment._jobs}

    def note(job_id: str, status: JobStatus) -> None:
        handles = state.handles.get(job_id)
        if handles and not jobs[job_id].launched:
            jobs[job_id].note_handles([str(handle) for handle in handles])
        jobs[job_id].note_status(status)

    experiment._session = RunSession(experiment._services, state, note)
    return experiment._session


def _note_handles(experiment: ExperimentView, state: RunState) -> None:
    for job in experiment._jobs:
        if (handles := state.handles.get(job.id)) and not job.launched:
            job.note_handles([str(handle) for handle in handles])


def _stop_if_refused(experiment: ExperimentView, session: RunSession) -> None:
    """End what a refusal makes useless, and raise it."""
    if not session.state.errors:
        return
    cancelled, remote = session.cancel_local()
    if remote:
        how = f"nemo experiment cancel {experiment.id} --all"
        notice(experiment, f"submitted and going on: {remote}; to end them: {how}")
    if cancelled:
        notice(experiment, f"cancelled, because another job was refused: {cancelled}")
    raise session.state.errors[0]


def _can_detach(experiment: ExperimentView, wanted: bool, chained: bool) -> bool:
    if not wanted:
        return False
    kinds = {type(executor) for job in experiment._jobs for executor in job.executor_list()}
    listed = experiment._DETACH_SUPPORTED_EXECUTORS
    unable = sorted(k.__name__ for k in kinds if k not in listed and not getattr(k, "supports_detach", False))
    if unable:
        notice(experiment, f"cannot detach from {', '.join(unable)}: waiting instead")
    elif chained:
        notice(experiment, "cannot detach: this process must start jobs whose dependencies end")
    return not unable and not chained


def _check_parallel(experiment: ExperimentView) -> None:
    """Check that the jobs of each class of executor may run side by side."""
    if any(job.dependencies for job in experiment._jobs):
        return
    for kind in {type(job.executor) for job in experiment._jobs}:
        if not (getattr(kind, "supports_parallel", True) or kind in experiment._PARALLEL_SUPPORTED_EXECUTORS):
            raise UsageError(f"{kind.__name__} cannot run jobs side by side; call run(sequential=True)")


def finish(experiment: ExperimentView, error: BaseException | None) -> None:
    """Wait for what was launched and not detached, and write down how it ended.

    Args:
        experiment: At the end of its block.
        error: What ends the block, if anything does.

    Raises:
        ExperimentFailedError: A job did not succeed, and that was to be raised.
    """
    session = None if experiment.detach else experiment._session
    try:
        if session is not None and isinstance(error, KeyboardInterrupt):
            session.stop(error)
        elif session is not None:
            session.wait()
    finally:
        _write_end(experiment)
        say_goodbye(experiment, attached=not experiment.detach)
    if error is None and not experiment.detach:
        _raise_if_failed(experiment)


def _write_end(experiment: ExperimentView) -> None:
    """Write the last states for older programs; the journal has them already."""
    try:
        write_jobs(experiment)
        experiment._services.store.write(experiment._exp_dir, {DONE_FILE: b""})
    except StoreError as error:
        notice(experiment, f"the end of the run could not be saved, the journal has it: {error}")


def _raise_if_failed(experiment: ExperimentView) -> None:
    wanted = experiment._raise_on_failure
    if wanted is None:
        wanted = os.environ.get("NEMORUN_RAISE_ON_FAILURE", "").lower() in ("1", "true", "yes")
    states = {job.id: job.state for job in experiment._jobs}
    bad = [f"{job_id} {state}" for job_id, state in states.items() if state is not JobState.SUCCEEDED]
    if wanted and bad:
        raise ExperimentFailedError(f"experiment {experiment.id}: {', '.join(bad)}", experiment.id, states)
