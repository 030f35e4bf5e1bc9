"""Outcomes of jobs, for people and for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from nemo_run.run import _managing
from nemo_run.run.experiment import Experiment
from nemo_run_domain.job import JobStatus
from nemo_run_domain.outcome import Outcome, explain


def collect(experiment: Experiment) -> dict[str, Outcome]:
    """Return job id -> outcome; a value that needs code to be imported is a text that says so."""
    return _managing.results(experiment, trusted=False)


def to_data(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON can hold it; a value that it cannot hold is its ``repr``."""
    data = {field.name: getattr(outcome, field.name) for field in dataclasses.fields(outcome)}
    data["state"] = str(outcome.state)
    data["reason"] = None if outcome.reason is None else str(outcome.reason)
    data["log_tail"] = [*outcome.log_tail]
    data["value"] = _plain(outcome.value)
    data["exception"] = None if outcome.exception is None else dataclasses.asdict(outcome.exception)
    return {**data, "elapsed": outcome.elapsed}


def _plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def render(outcomes: Mapping[str, Outcome]) -> str:
    """Return a paragraph for each job: how it ended, what it returned or raised, its last lines."""
    return "\n".join(_paragraph(job_id, outcome) for job_id, outcome in outcomes.items())


def _paragraph(job_id: str, outcome: Outcome) -> str:
    lines = [f"{job_id}: {_summary(outcome)}"]
    if outcome.value is not None:
        lines.append(f"  value: {outcome.value!r}")
    if outcome.exception is not None:
        lines.append(f"  {outcome.exception.type}: {outcome.exception.message}")
    return "\n".join([*lines, *(f"  | {line}" for line in outcome.log_tail)])


def _summary(outcome: Outcome) -> str:
    status = JobStatus(
        state=outcome.state,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        reason=outcome.reason,
        message=outcome.message,
    )
    took = "" if outcome.elapsed is None else f"after {outcome.elapsed:.1f} s"
    return ", ".join(part for part in (f"{outcome.state} {took}".strip(), explain(status)) if part)
