from __future__ import annotations

import json

import pytest

from nemo_run_adapters.console import JsonPrinter, JsonReporter, Output, StatusRow
from nemo_run_adapters.console import json_lines as module
from nemo_run_application.events import Notice
from nemo_run_domain.job import JobState

STATUS = {"state", "exit_code", "signal", "reason", "message", "started_at", "ended_at", "restarts"}
MEMBERS = {
    "run_started": {"jobs"},
    "job_submitted": {"job", "handles"},
    "job_changed": {"job", *STATUS},
    "log_line": {"job", "role", "replica", "line"},
    "notice": {"text", "level"},
    "run_ended": {"statuses", "detached"},
    "entering": {"title"},
    "status": {"index", "job", "state", "executor", "job_id", "local_dir", "remote_dir"},
}


@pytest.fixture
def stream(make_stream):
    return make_stream()


@pytest.fixture
def story(stream, clock, tell):
    return tell(JsonReporter(Output(stream, {}), now=clock), clock)


def objects(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_object_keeps_the_schema(story, stream, clock, experiment_id):
    story.several()
    story.tell(Notice, text="x")
    printer = JsonPrinter(Output(stream, {}), now=clock)
    printer.entering("sweep", experiment_id)
    printer.status(experiment_id, [StatusRow(job="a", state="FAILED", executor="LocalExecutor")])
    printer.goodbye(experiment_id, ["a"], "python", "bash")
    printer.line("one more thing")
    found = objects(stream)
    assert {each["event"] for each in found} == MEMBERS.keys()
    for each in found:
        own = each.keys() - {"event", "experiment_id", "time"}
        assert own <= MEMBERS[each["event"]]
        assert isinstance(each["time"], float)


def test_the_schema_is_documented():
    for event, members in MEMBERS.items():
        assert f"``{event}``" in module.__doc__
        assert all(f"``{member}``" in module.__doc__ for member in members)


def test_a_status_is_flat(story, stream, experiment_id):
    story.changed("a", JobState.FAILED, exit_code=3, message="x")
    assert objects(stream) == [
        {
            "event": "job_changed",
            "experiment_id": experiment_id,
            "time": 1_700_000_000.0,
            "job": "a",
            "state": "FAILED",
            "exit_code": 3,
            "message": "x",
        }
    ]


def test_lines_are_kept_whatever_is_in_them(story, stream):
    for line in ("ü\r50%\x1b[0m\n", "\udcff\n", "no end", "\r\n"):
        story.said("a", line)
    assert [each["line"] for each in objects(stream)] == ["ü\r50%\x1b[0m", "\udcff", "no end", ""]
    assert stream.getvalue().isascii()
