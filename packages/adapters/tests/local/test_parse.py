"""Records of local jobs, ours and those of earlier versions."""

import json
from typing import Any

import pytest

from nemo_run_adapters.local.parse import OldApp, old_status, parse_old_registry, parse_status, parse_summary
from nemo_run_adapters.local.supervisor.files import build_status
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.outcome import explain


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"state": "RUNNING"}, ""),
        ({"state": "SUCCEEDED", "exit_code": 0}, ""),
        (
            {"state": "FAILED", "exit_code": 3, "reason": "error", "message": "exit code 3"},
            "error, exit code 3",
        ),
        (
            {"state": "FAILED", "signal": 9, "reason": "killed", "message": "signal 9 (SIGKILL)"},
            "killed, signal 9",
        ),
        (
            {"state": "FAILED", "exit_code": 3, "reason": "error", "message": "exit code 3; disk full"},
            "error, exit code 3, disk full",
        ),
        (
            {"state": "CANCELLED", "signal": 15, "reason": "cancelled", "message": "cancelled"},
            "cancelled, signal 15",
        ),
        ({"state": "CANCELLED", "reason": "group ended", "message": "group ended"}, "group ended"),
        (
            {"state": "FAILED", "reason": "start failed", "message": "No such file"},
            "start failed, No such file",
        ),
        ({"state": "FAILED", "reason": "lost", "message": "who knows"}, "lost, who knows"),
        ({"state": "FAILED", "reason": "of the future", "message": "new"}, "new"),
    ],
)
def test_a_status_is_explained_without_saying_things_twice(more: dict[str, Any], text: str) -> None:
    assert explain(parse_status(build_status("app", **more))) == text


def test_a_status_keeps_times_and_restarts() -> None:
    record = build_status("app", "SUCCEEDED", exit_code=0, started_at=1.5, ended_at=2.5, restarts=3)
    expected = JobStatus(state=JobState.SUCCEEDED, exit_code=0, started_at=1.5, ended_at=2.5, restarts=3)
    assert parse_status(record) == expected


def test_a_state_of_the_future_is_unknown() -> None:
    assert parse_status(build_status("app", "PAUSED")).state is JobState.UNKNOWN


@pytest.mark.parametrize(
    ("state", "codes", "expected"),
    [
        ("SUCCEEDED", [0], JobStatus(state=JobState.SUCCEEDED, exit_code=0)),
        ("FAILED", [0, 3], JobStatus(state=JobState.FAILED, exit_code=3, reason=Reason.ERROR)),
        ("FAILED", [-9], JobStatus(state=JobState.FAILED, signal=9, reason=Reason.KILLED)),
        ("CANCELLED", [-15], JobStatus(state=JobState.CANCELLED, signal=15, reason=Reason.CANCELLED)),
        ("CANCELLED", [None], JobStatus(state=JobState.CANCELLED, reason=Reason.CANCELLED)),
        ("FAILED", [], JobStatus(state=JobState.FAILED, reason=Reason.ERROR)),
    ],
)
def test_a_summary_tells_how_a_job_ended(state: str, codes: list[int | None], expected: JobStatus) -> None:
    replicas = [{"replica_id": n, "pid": 1, "exitcode": code} for n, code in enumerate(codes)]
    assert parse_summary({"app_id": "a", "final_state": state, "roles": {"r": replicas}}) == expected


def test_the_old_registry_is_read() -> None:
    rows = {
        "a-bc": ["FAILED", "a-bc", "/exp/a/nemo_run/a-bc", ["a"]],
        "b": ["RUNNING", "b", "/b", ["x", "y"]],
    }
    assert parse_old_registry(json.dumps(rows).encode()) == {
        "a-bc": OldApp(state=JobState.FAILED, app_dir="/exp/a/nemo_run/a-bc", roles=("a",)),
        "b": OldApp(state=JobState.RUNNING, app_dir="/b", roles=("x", "y")),
    }


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff", b'{"a": 1}', b'{"a": ["X"]}', b'{"a": ["X", "a", "/", [1]]}']
)
def test_a_damaged_registry_has_nothing_to_tell(data: bytes) -> None:
    assert parse_old_registry(data) == {}


def test_one_odd_row_does_not_hide_the_others() -> None:
    assert list(parse_old_registry(b'{"odd": [1], "good": ["FAILED", "good", "/g", ["r"]]}')) == ["good"]


def test_an_old_job_that_nobody_saw_end_is_unknown() -> None:
    status = old_status(JobState.RUNNING)
    assert status.state is JobState.UNKNOWN
    assert "RUNNING" in status.message
    assert old_status(JobState.SUCCEEDED) == JobStatus(state=JobState.SUCCEEDED)
