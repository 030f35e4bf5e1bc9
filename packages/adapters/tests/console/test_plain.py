from __future__ import annotations

import os
import time

import pytest

from nemo_run_adapters.console import GOODBYE_BASH, GOODBYE_PYTHON, Output, PlainReporter, TextPrinter
from nemo_run_application.events import LogLine, Notice, RunStarted
from nemo_run_domain.job import JobState, JobStatus

SINGLE = """\
[22:13:20] Launching job hello on LocalExecutor
hello/0 hi
[22:13:24] hello: SUCCEEDED after 2.0s, exit code 0
"""

SEVERAL = """\
[22:13:20] Launching 3 jobs for experiment sweep_1717000000000000000
[22:13:21] a: SUBMITTED as local://nemo_run/a-x
[22:13:22] a: RUNNING
[22:13:23] b: SUBMITTED as local://nemo_run/b-x
[22:13:24] b: RUNNING
a/0 step 1
b/0 [red]step 1[/red]
[22:13:27] a: SUCCEEDED after 5.0s, exit code 0
[22:13:28] b: FAILED after 4.0s, out of memory, exit code 137
[22:13:29] c: SKIPPED, b failed
Experiment Status for sweep_1717000000000000000
job  state      elapsed  exit code  executor
a    SUCCEEDED  5.0s     0          LocalExecutor
b    FAILED     4.0s     137        SlurmExecutor on user@login  out of memory
c    SKIPPED                        LocalExecutor                b failed
2 of 3 jobs did not succeed: b (FAILED: out of memory, exit code 137), c (SKIPPED: b failed)
"""


@pytest.fixture
def stream(make_stream):
    return make_stream()


@pytest.fixture
def story(stream, clock, tell):
    return tell(PlainReporter(Output(stream, {}), now=clock), clock)


def test_a_single_job_is_told_in_two_lines(story, stream):
    story.single()
    assert stream.getvalue() == SINGLE


def test_each_change_of_several_jobs_is_one_line(story, stream):
    story.several()
    assert stream.getvalue() == SEVERAL


def test_the_final_table_can_be_left_out(stream, clock, tell):
    tell(PlainReporter(Output(stream, {}), final_table=False, now=clock), clock).several()
    assert "Experiment Status" not in stream.getvalue()
    assert stream.getvalue().endswith("c (SKIPPED: b failed)\n")


def test_a_whole_run_of_one_task_takes_at_most_ten_lines(story, stream, clock):
    printer = TextPrinter(Output(stream, {}))
    printer.entering("hello", "hello_1")
    story.started(hello="SlurmExecutor")
    story.submitted("hello")
    for state in (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNING, JobState.SUCCEEDED):
        story.changed("hello", state)
    story.ended(hello=JobStatus(state=JobState.SUCCEEDED))
    printer.goodbye("hello_1", ["hello"], GOODBYE_PYTHON, GOODBYE_BASH)
    assert len(stream.getvalue().splitlines()) <= 10


def test_a_job_alone_says_when_it_leaves_the_queue(story, stream):
    story.started(hello="SlurmExecutor")
    story.changed("hello", JobState.PENDING)
    story.changed("hello", JobState.RUNNING)
    assert stream.getvalue().splitlines()[1:] == ["[22:13:21] hello: PENDING", "[22:13:22] hello: RUNNING"]


def test_an_end_that_only_the_last_event_tells_is_shown(story, stream):
    story.started(hello="LocalExecutor")
    story.ended(hello=JobStatus(state=JobState.FAILED, exit_code=3, started_at=0.0, ended_at=3725.0))
    assert stream.getvalue().splitlines()[-1] == "[22:13:21] hello: FAILED after 1h02m05s, exit code 3"


def test_detaching_names_no_running_job_as_failed(story, stream):
    story.started(a="SlurmExecutor", b="SlurmExecutor")
    running, failed = JobStatus(state=JobState.RUNNING), JobStatus(state=JobState.FAILED)
    story.ended(detached=True, a=running, b=failed)
    assert "Detaching from Experiment sweep_1717000000000000000.\n" in stream.getvalue()
    assert stream.getvalue().splitlines()[-1] == "1 of 2 jobs did not succeed: b (FAILED)"


def test_a_second_run_starts_afresh(story, stream):
    story.several()
    stream.truncate(stream.seek(0))
    story.clock.time = 1_700_000_000.0
    story.single()
    assert stream.getvalue() == SINGLE


@pytest.mark.parametrize(
    ("level", "shown"),
    [("info", "take note"), ("warning", "warning: take note"), ("error", "error: take note")],
)
def test_notices_say_how_serious_they_are(story, stream, level, shown):
    story.tell(Notice, text="take\nnote", level=level)
    assert stream.getvalue() == f"[22:13:20] {shown}\n"


def test_text_from_elsewhere_cannot_move_the_cursor(story, stream):
    story.started(a="x\x1b[2J", b="y")
    story.changed("a", JobState.FAILED, message="bad\x1b[2J\nthing\x07")
    assert "\x1b" not in stream.getvalue()
    assert "a: FAILED, bad?[2J thing?" in stream.getvalue()


def test_nothing_of_ours_is_coloured_off_a_terminal(story, stream):
    story.several()
    assert "\x1b" not in stream.getvalue()


def test_colours_of_a_task_pass_through(story, stream):
    story.said("a", "\x1b[31mred\x1b[0m\n")
    assert stream.getvalue() == "a/0 \x1b[31mred\x1b[0m\n"


def test_jobs_have_colours_of_their_own_when_colours_are_forced(stream, clock, tell):
    story = tell(PlainReporter(Output(stream, {"FORCE_COLOR": "1"}), now=clock), clock)
    story.started(a="x", b="y")
    for job in ("b", "a", "b"):
        story.said(job, "x\n")
    lines = stream.getvalue().splitlines()[1:]
    assert lines == ["\x1b[36mb/0\x1b[0m x", "\x1b[32ma/0\x1b[0m x", "\x1b[36mb/0\x1b[0m x"]


def test_a_hundred_thousand_lines_are_no_burden():
    line = LogLine(experiment_id="e", job="a", role="a", replica=0, line="step 1, loss 0.1\n")
    with open(os.devnull, "w") as stream:
        reporter = PlainReporter(Output(stream, {}))
        reporter.emit(RunStarted(experiment_id="e", jobs={"a": "x"}))
        start = time.process_time()
        for _ in range(100_000):
            reporter.emit(line)
        # Well below one second on an idle machine.
        assert time.process_time() - start < 4
