from __future__ import annotations

import io
import os
import subprocess
import sys
import threading

import pytest

from nemo_run_adapters.console import Output, PlainReporter
from nemo_run_adapters.console.output import is_terminal, wants_color

PROGRAM = """\
from nemo_run_adapters.console import PlainReporter
from nemo_run_application.events import LogLine
reporter = PlainReporter()
for number in range(20_000):
    reporter.emit(LogLine(experiment_id="e", job="a", role="a", replica=0, line=f"{number}\\n"))
reporter.close()
print("still there")
open("reached", "w").close()
"""


@pytest.mark.parametrize(
    ("environ", "terminal", "colored"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colours_follow_the_environment_and_the_stream(make_stream, environ, terminal, colored):
    assert wants_color(make_stream(terminal), environ) is colored


def test_a_stand_in_for_a_stream_is_no_terminal():
    closed = io.StringIO()
    closed.close()
    assert not is_terminal(object(), {})
    assert not is_terminal(None, {})
    assert not is_terminal(closed, {})


def test_text_goes_to_the_standard_output_of_the_moment(make_stream, monkeypatch, clock, tell):
    story = tell(PlainReporter(now=clock), clock)
    first, second = make_stream(), make_stream(terminal=True)
    for stream in (first, second):
        monkeypatch.setattr(sys, "stdout", stream)
        story.said("a", "x\n")
    assert (first.getvalue(), second.getvalue()) == ("a/0 x\n", "\x1b[32ma/0\x1b[0m x\n")


def test_every_line_is_flushed_at_once():
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "w") as stream:
        Output(stream, {}).write("x\n")
        assert reader.readline() == b"x\n"


def test_what_an_encoding_lacks_is_escaped():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Output(stream, {}).write("ü \udcff\n")
    assert raw.getvalue() == b"\\xfc \\udcff\n"


class Failing(io.StringIO):
    error: Exception = OSError("no space left on device")
    calls = 0

    def write(self, text: str) -> int:
        self.calls += 1
        raise self.error


@pytest.mark.parametrize("error", [OSError(28, "full"), ValueError("closed"), BrokenPipeError()])
def test_a_stream_that_fails_is_left_alone(error):
    stream = Failing()
    stream.error = error
    output = Output(stream, {})
    output.write("x\n")
    output.write("y\n")
    assert stream.calls == 1


def test_no_standard_output_is_fine(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    Output(None, {}).write("x\n")


def test_a_reader_that_goes_away_ends_nothing(tmp_path):
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"a/0 0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert (tmp_path / "reached").exists()


def test_a_stream_that_does_not_block_loses_nothing():
    read, write = os.pipe()
    os.set_blocking(write, False)
    received: list[bytes] = []

    def collect() -> None:
        with os.fdopen(read, "rb") as reader:
            received.append(reader.read())

    with os.fdopen(write, "w") as stream:
        output = Output(stream, {})
        thread = threading.Thread(target=collect)
        thread.start()
        for _ in range(20_000):
            output.write("0123456789\n")
    thread.join()
    assert received == [b"0123456789\n" * 20_000]
