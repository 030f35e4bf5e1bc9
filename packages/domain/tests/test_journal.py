"""The journal: round trip, torn lines, folding."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.journal import (
    JobRecord,
    Kind,
    Record,
    fold,
    parse_lines,
    render_line,
    status_from_data,
    status_to_data,
)

TEXT = st.text(st.characters(), max_size=20)
TIMES = st.none() | st.floats(0, 4e9)
STATUSES = st.builds(
    JobStatus,
    state=st.sampled_from(JobState),
    exit_code=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(1, 64),
    reason=st.none() | st.sampled_from(Reason),
    message=TEXT,
    started_at=TIMES,
    ended_at=TIMES,
    restarts=st.integers(0, 9),
)
RECORDS = st.builds(
    Record,
    kind=st.sampled_from(Kind),
    job=TEXT,
    at=st.floats(0, 4e9),
    token=TEXT,
    planned=st.lists(TEXT, max_size=3).map(tuple),
    handles=st.lists(TEXT, max_size=3).map(tuple),
    status=st.none() | STATUSES,
)
FULL = Record(
    kind=Kind.STATUS,
    job="Übung",
    at=1.5,
    token="t",
    planned=("p",),
    handles=("memory://nemo_run/p",),
    status=JobStatus(
        state=JobState.FAILED, exit_code=0, signal=9, reason=Reason.KILLED, message="no \n luck"
    ),
)


@given(st.lists(RECORDS, max_size=5))
def test_what_is_written_is_read(records: list[Record]) -> None:
    assert parse_lines("".join(map(render_line, records))) == records


@given(RECORDS)
def test_a_record_is_one_line_of_plain_ascii(record: Record) -> None:
    line = render_line(record)
    assert line.isascii()
    assert line.count("\n") == 1
    assert line.endswith("\n")


@given(STATUSES)
def test_a_status_comes_back(status: JobStatus) -> None:
    assert status_from_data(json.loads(json.dumps(status_to_data(status)))) == status


def test_a_line_torn_at_any_byte_is_left_out() -> None:
    line = render_line(FULL)
    before, after = Record(kind=Kind.CANCEL, job="a", at=0.0), Record(kind=Kind.CANCEL, job="b", at=0.0)
    for size in range(len(line) - 1):
        text = f"{render_line(before)}{line[:size]}\n{render_line(after)}"
        assert parse_lines(text) == [before, after]
        assert parse_lines(render_line(before) + line[:size]) == [before]
    assert parse_lines(line[:-1]) == [FULL]


def test_what_stands_at_its_default_is_not_written() -> None:
    assert json.loads(render_line(Record(kind=Kind.INTENT, job="a", at=1.0))) == {
        "v": 1,
        "kind": "intent",
        "job": "a",
        "at": 1.0,
    }
    assert status_to_data(JobStatus(state=JobState.SUCCEEDED, exit_code=0)) == {
        "state": "SUCCEEDED",
        "exit_code": 0,
    }


GOOD: dict[str, Any] = {"v": 1, "kind": "cancel", "job": "a", "at": 1.0}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        "[1]",
        "7",
        "null",
        '"text"',
        "\0\0\0",
        "{}",
        *(
            json.dumps({**GOOD, **change})
            for change in (
                {"kind": "later"},
                {"v": 2},
                {"v": "one"},
                {"at": "soon"},
                {"at": 10**400},
                {"planned": "abc"},
                {"handles": 7},
                {"status": 7},
                {"status": {}},
                {"status": {"state": "LATER"}},
                {"status": {"state": []}},
            )
        ),
    ],
)
def test_lines_that_make_no_sense_are_left_out(line: str) -> None:
    assert parse_lines(f"{line}\n{json.dumps(GOOD)}\n") == [Record(kind=Kind.CANCEL, job="a", at=1.0)]


def test_what_a_later_version_adds_is_left_out() -> None:
    status = {"state": "FAILED", "reason": "bad karma", "mood": 3}
    line = json.dumps({**GOOD, "kind": "status", "status": status, "colour": "red"})
    assert parse_lines(line) == [
        Record(kind=Kind.STATUS, job="a", at=1.0, status=JobStatus(state=JobState.FAILED))
    ]


@pytest.mark.parametrize(("data", "error"), [([], TypeError), ({"state": "X"}, ValueError)])
def test_a_damaged_status_is_an_error(data: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        status_from_data(data)


# --- folding

INTENT = Record(kind=Kind.INTENT, job="a", at=1, token="t1", planned=("p1",))
SUBMITTED = Record(kind=Kind.SUBMITTED, job="a", at=2, handles=("h1",))
FAILED = JobStatus(state=JobState.FAILED)
ENDED = Record(kind=Kind.STATUS, job="a", at=3, status=FAILED)
REJECTED = Record(kind=Kind.REJECTED, job="a", at=3, status=FAILED)
CANCEL = Record(kind=Kind.CANCEL, job="a", at=3)


@pytest.mark.parametrize(
    ("records", "known", "is_open"),
    [
        ([INTENT], JobRecord(token="t1", planned=("p1",)), True),
        ([INTENT, CANCEL], JobRecord(token="t1", planned=("p1",), cancelled=True), True),
        ([INTENT, SUBMITTED], JobRecord(token="t1", planned=("p1",), handles=("h1",)), False),
        ([INTENT, REJECTED], JobRecord(token="t1", planned=("p1",), status=FAILED), False),
        (
            [INTENT, SUBMITTED, ENDED],
            JobRecord(token="t1", planned=("p1",), handles=("h1",), status=FAILED),
            False,
        ),
        ([INTENT, SUBMITTED, ENDED, INTENT], JobRecord(token="t1", planned=("p1",)), True),
        ([CANCEL], JobRecord(cancelled=True), False),
    ],
)
def test_the_records_of_a_job_are_folded(records: list[Record], known: JobRecord, is_open: bool) -> None:
    assert fold(records) == {"a": known}
    assert fold(records)["a"].is_open_intent is is_open


def test_a_reset_makes_all_that_was_known_void() -> None:
    end = Record(kind=Kind.STATUS, job="a", at=3.0, status=JobStatus(state=JobState.FAILED))
    cancel, reset = Record(kind=Kind.CANCEL, job="a", at=3.0), Record(kind=Kind.RESET, job="a", at=4.0)
    before = [INTENT, SUBMITTED, cancel, end, reset]
    assert parse_lines("".join(map(render_line, before))) == before
    assert fold(before)["a"] == JobRecord(is_repeated=True)
    assert fold([*before, INTENT])["a"] == replace(fold([INTENT])["a"], is_repeated=True)


def test_jobs_are_folded_apart() -> None:
    other = Record(kind=Kind.INTENT, job="b", at=1, token="t2")
    assert fold([INTENT, other, SUBMITTED])["b"] == JobRecord(token="t2")
    assert fold([]) == {}
