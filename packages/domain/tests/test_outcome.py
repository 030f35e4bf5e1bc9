"""How a job ended, in fields and in words."""

from __future__ import annotations

import pytest

from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.outcome import Outcome, explain, outcome_of

OOM = JobStatus(
    state=JobState.FAILED,
    exit_code=137,
    signal=9,
    reason=Reason.OUT_OF_MEMORY,
    message="node n1",
    started_at=10.0,
    ended_at=12.5,
    restarts=2,
)


def test_an_outcome_tells_what_the_status_told() -> None:
    outcome = outcome_of(OOM, log_tail=("last",), value=3)
    assert outcome == Outcome(
        state=JobState.FAILED,
        exit_code=137,
        signal=9,
        reason=Reason.OUT_OF_MEMORY,
        message="node n1",
        started_at=10.0,
        ended_at=12.5,
        restarts=2,
        log_tail=("last",),
        value=3,
    )
    assert not outcome.succeeded
    assert outcome.elapsed == 2.5


@pytest.mark.parametrize(("start", "end"), [(None, None), (1.0, None), (None, 1.0)])
def test_without_both_times_nothing_elapsed(start: float | None, end: float | None) -> None:
    outcome = Outcome(state=JobState.SUCCEEDED, started_at=start, ended_at=end)
    assert outcome.succeeded
    assert outcome.elapsed is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OOM, "out of memory, signal 9, node n1"),
        (JobStatus(state=JobState.FAILED, exit_code=3, reason=Reason.ERROR), "error, exit code 3"),
        (JobStatus(state=JobState.FAILED, exit_code=3), "exit code 3"),
        (JobStatus(state=JobState.CANCELLED, message="by hand"), "by hand"),
        (JobStatus(state=JobState.SUCCEEDED, exit_code=0), ""),
    ],
)
def test_a_status_is_explained_in_a_few_words(status: JobStatus, words: str) -> None:
    assert explain(status) == words
