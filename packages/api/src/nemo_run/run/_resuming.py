"""Running again what did not succeed, in the same experiment."""

from __future__ import annotations

from collections.abc import Mapping

from nemo_run.run._managing import addresses
from nemo_run.run._preparing import domain_of
from nemo_run.run._running import begin, finish
from nemo_run.run._session import hold
from nemo_run.run._telling import announce, printer
from nemo_run.run._view import ExperimentView
from nemo_run_application.plan import PlanUnits
from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.reset import decide, note_repeated
from nemo_run_application.run_state import RunState
from nemo_run_application.settle import SettleUnknown
from nemo_run_application.status import UnitReport


def resume(experiment: ExperimentView) -> None:
    """Run again what did not succeed and wait for it; what still runs is only waited for.

    Raises:
        UsageError: Another program runs the experiment.
        ExperimentFailedError: A job did not succeed, and that was to be raised.
    """
    let_go = hold(experiment._services, experiment.id, experiment._exp_dir)
    experiment._until_exit(let_go)
    try:
        _resume(experiment)
    finally:
        experiment._close()


def _resume(experiment: ExperimentView) -> None:
    domain = domain_of(experiment)
    services = experiment._services
    found = SettleUnknown(services)(experiment._exp_dir, addresses(experiment._jobs))
    decisions = decide(domain.units, {job_id: report.status for job_id, report in found.items()})
    for job_id, decision in decisions.items():
        what = "runs again" if decision.rerun else "is left alone"
        printer(experiment).line(f"job {job_id} {what}: {decision.why}")
    planned = PlanUnits(services)(PrepareExperiment(services)(domain))
    state = RunState(experiment=domain, planned={p.unit.id: p for p in planned})
    again = [job_id for job_id, decision in decisions.items() if decision.rerun]
    ready = _restore(state, found, set(again))
    note_repeated(services, experiment._exp_dir, again)
    session = begin(experiment, state)
    experiment._reconstruct, experiment._launched = False, True
    announce(experiment, again)
    error: BaseException | None = None
    try:
        session.go_on(ready)
    except BaseException as interruption:
        error = interruption
        raise
    finally:
        finish(experiment, error)


def _restore(state: RunState, found: Mapping[str, UnitReport], again: set[str]) -> list[str]:
    """Put what is known into a new run; returns the ids of units that may start."""
    ready = dict.fromkeys(state.tracker.start().ready)
    for unit_id, report in found.items():
        if unit_id in again:
            continue
        state.statuses[unit_id], state.handles[unit_id] = report.status, report.handles
        if report.status.is_final:
            state.ended.add(unit_id)
            ready.update(dict.fromkeys(state.tracker.end(unit_id, succeeded=True, label="").ready))
    return [unit_id for unit_id in ready if unit_id in again]
