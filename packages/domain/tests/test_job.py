"""States, handles, and what the members of a group say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason, merge_group

S = JobState


def status(state: JobState, code: int | None = None) -> JobStatus:
    return JobStatus(state=state, exit_code=code)


def test_states_have_the_values_of_torchx() -> None:
    names = ["UNSUBMITTED", "SUBMITTED", "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "UNKNOWN"]
    assert [(state.name, state.value) for state in S] == [(name, number) for number, name in enumerate(names)]


def test_a_state_is_shown_by_its_name() -> None:
    assert str(S.FAILED) == "FAILED"
    assert f"{S.FAILED:>8}" == "  FAILED"
    assert repr(S.FAILED) == "FAILED (5)"
    assert str(Reason.OUT_OF_MEMORY) == "out of memory"


@pytest.mark.parametrize("state", S)
def test_three_states_are_final(state: JobState) -> None:
    assert state.is_final is (state in (S.SUCCEEDED, S.FAILED, S.CANCELLED))
    assert status(state).is_final is state.is_final


PLAIN = st.text(min_size=1).filter(lambda text: "\n" not in text and not text.isspace())


@given(st.from_regex(r"[^:/\n]+", fullmatch=True), PLAIN)
def test_a_handle_is_read_as_it_was_written(backend: str, native_id: str) -> None:
    handle = JobHandle(backend, native_id)
    assert JobHandle.parse(str(handle)) == handle


def test_a_handle_has_the_form_of_torchx() -> None:
    assert str(JobHandle("slurm", "42")) == "slurm://nemo_run/42"
    assert JobHandle.parse("local_persistent://other/a/b") == JobHandle("local_persistent", "a/b")
    assert JobHandle.parse("docker:///x") == JobHandle("docker", "x")


@pytest.mark.parametrize(
    "text", ["", "slurm", "slurm://", "slurm://nemo_run", "slurm://nemo_run/", "://nemo_run/1"]
)
def test_other_text_is_no_handle(text: str) -> None:
    with pytest.raises(InvalidConfigError, match="no job handle"):
        JobHandle.parse(text)


@pytest.mark.parametrize(
    ("members", "merged"),
    [
        ([(S.FAILED, 3)], (S.FAILED, 3)),
        ([(S.PENDING, None)], (S.PENDING, None)),
        ([(S.SUCCEEDED, 0), (S.SUCCEEDED, 0)], (S.SUCCEEDED, 0)),
        ([(S.SUCCEEDED, 0), (S.CANCELLED, None)], (S.SUCCEEDED, 0)),
        ([(S.CANCELLED, None), (S.FAILED, 7), (S.FAILED, 9)], (S.FAILED, 7)),
        ([(S.SUCCEEDED, 0), (S.FAILED, 7), (S.CANCELLED, None)], (S.FAILED, 7)),
        ([(S.CANCELLED, None), (S.CANCELLED, 143)], (S.CANCELLED, None)),
        ([(S.FAILED, 3), (S.RUNNING, None)], (S.RUNNING, None)),
        ([(S.PENDING, None), (S.RUNNING, None)], (S.RUNNING, None)),
        ([(S.SUBMITTED, None), (S.PENDING, None)], (S.SUBMITTED, None)),
        ([(S.UNKNOWN, None), (S.SUCCEEDED, 0)], (S.UNKNOWN, None)),
        ([], (S.UNSUBMITTED, None)),
    ],
)
def test_a_group_has_one_status(
    members: list[tuple[JobState, int | None]], merged: tuple[JobState, int | None]
) -> None:
    assert merge_group([status(*member) for member in members]) == status(*merged)


@given(st.lists(st.sampled_from(S), min_size=1))
def test_a_group_ends_with_its_last_member(states: list[JobState]) -> None:
    assert merge_group([status(state) for state in states]).is_final is all(
        state.is_final for state in states
    )
