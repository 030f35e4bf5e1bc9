from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
import threading

import pytest

from nemo_run_adapters.console import Output, RichReporter
from nemo_run_adapters.console.board import Board
from nemo_run_adapters.console.live import LiveArea
from nemo_run_adapters.console.table import render_final, render_live
from nemo_run_application.events import JobChanged, Notice, RunStarted
from nemo_run_domain.job import JobState, JobStatus, Reason

FINAL = """\
a/0 step 1
b/0 [red]step 1[/red]
[22:13:28] b: FAILED after 4.0s, out of memory, exit code 137
Experiment Status for sweep_1717000000000000000
job  state      elapsed  exit code  executor
a    SUCCEEDED  5.0s     0          LocalExecutor
b    FAILED     4.0s     137        SlurmExecutor on user@login  out of memory
c    SKIPPED                        LocalExecutor                b failed
2 of 3 jobs did not succeed: b (FAILED: out of memory, exit code 137), c (SKIPPED: b failed)
"""


class Screen:
    """As much of a terminal as the reporter uses; lines that scroll out are kept."""

    def __init__(self, columns: int = 100) -> None:
        self.columns = columns
        self.lines = [""]
        self.row = self.column = 0

    def feed(self, text: str) -> None:
        for token in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|[^\x1b]", text):
            if token.startswith("\x1b["):
                self._control(token[2:-1], token[-1])
            elif token == "\r":
                self.column = 0
            elif token == "\n":
                self._down()
            else:
                self._put(token)

    def _control(self, arguments: str, final: str) -> None:
        if final == "A":
            self.row -= int(arguments or 1)
            assert self.row >= 0, "the cursor left the screen"
        elif final == "J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]
        else:
            assert final == "m", f"unexpected sequence {final!r}"

    def _put(self, char: str) -> None:
        if self.column == self.columns:
            self._down()
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + char + line[self.column + 1 :]
        self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


class Terminal:
    """A pseudo terminal whose screen can be waited for."""

    def __init__(self, columns: int = 100, rows: int = 24) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.stream = os.fdopen(slave, "w")
        self.screen = Screen(columns)
        self.raw = ""
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536).decode()
            except OSError:
                return
            if not data:
                return
            with self._changed:
                self.raw += data
                self.screen.feed(data)
                self._changed.notify_all()

    def wait_for(self, text: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.screen.text, timeout=30), self.screen.text

    def close(self) -> str:
        self.stream.close()
        self._thread.join()
        os.close(self.master)
        return self.screen.text


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    if not terminal.stream.closed:
        terminal.close()


def board_of(jobs, statuses=(), places=None):
    board = Board()
    board.apply(
        RunStarted(experiment_id="sweep_1", jobs={job: (places or {}).get(job, "x") for job in jobs}), 0.0
    )
    for job, status in dict(statuses).items():
        board.apply(JobChanged(experiment_id="sweep_1", job=job, status=status), 0.0)
    return board


def test_a_single_job_needs_no_table(terminal, clock, tell):
    tell(RichReporter(Output(terminal.stream, {}), now=clock), clock).single()
    assert terminal.close() == (
        "[22:13:20] Launching job hello on LocalExecutor\n"
        "hello/0 hi\n"
        "[22:13:24] hello: SUCCEEDED after 2.0s, exit code 0\n"
    )


def test_nothing_but_lines_and_the_final_table_stays(terminal, clock, tell):
    tell(RichReporter(Output(terminal.stream, {}), now=clock), clock).several()
    assert terminal.close() == FINAL


def test_the_table_is_live_and_lines_go_above_it(terminal, clock, tell):
    reporter = RichReporter(Output(terminal.stream, {}), now=clock)
    story = tell(reporter, clock)
    story.started(a="LocalExecutor", b="LocalExecutor")
    terminal.wait_for("2 UNSUBMITTED")
    story.changed("a", JobState.RUNNING)
    terminal.wait_for("1 RUNNING, 1 UNSUBMITTED")
    story.said("a", "\x1b[31m" + "long " * 50 + "\n")
    terminal.wait_for("a/0 long")
    terminal.wait_for("sweep_1717000000000000000: 1 RUNNING, 1 UNSUBMITTED\njob")
    story.tell(Notice, text="[b]note[/b]")
    terminal.wait_for("[b]note[/b]\nsweep_1717000000000000000:")
    reporter.close()
    reporter.close()
    text = terminal.close()
    assert "UNSUBMITTED" not in text
    assert text.replace("\n", "").count("long") == 50


def test_a_narrow_terminal_shows_no_remains(clock, tell):
    terminal = Terminal(columns=30, rows=8)
    story = tell(RichReporter(Output(terminal.stream, {}), now=clock), clock)
    jobs = {f"a-job-with-a-name-wider-than-the-terminal-{number}": "place" for number in range(40)}
    story.tell(RunStarted, jobs=jobs)
    terminal.wait_for("40\nUNSUBMITTED")
    for job in jobs:
        story.changed(job, JobState.RUNNING)
        story.said(job, f"{job}\n")
    terminal.wait_for("40\nRUNNING")
    story.ended(**{job: JobStatus(state=JobState.SUCCEEDED) for job in jobs})
    text = terminal.close()
    assert "RUNNING" not in text
    assert "UNSUBMITTED" not in text
    assert all(text.replace("\n", "").count(f"terminal-{number} ") == 1 for number in range(40))


def test_no_colour_on_request(terminal, clock, tell):
    tell(RichReporter(Output(terminal.stream, {"NO_COLOR": "1"}), now=clock), clock).several()
    assert terminal.close() == FINAL
    assert not re.search(r"\x1b\[[0-9;]*m", terminal.raw)


def test_colours_a_task_leaves_on_do_not_reach_the_table(terminal, clock, tell):
    reporter = RichReporter(Output(terminal.stream, {"NO_COLOR": "1"}), now=clock)
    story = tell(reporter, clock)
    story.started(a="x", b="y")
    story.said("a", "\x1b[31mred\n")
    terminal.wait_for("red\nsweep")
    reporter.close()
    terminal.close()
    assert "\x1b[31mred\r\n\x1b[0m" in terminal.raw


def test_a_stream_that_replaces_the_terminal_gets_lines_only(terminal, make_stream, monkeypatch, clock, tell):
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    story = tell(RichReporter(now=clock), clock)
    story.started(a="x", b="y")
    terminal.wait_for("2 UNSUBMITTED")
    file = make_stream()
    monkeypatch.setattr(sys, "stdout", file)
    story.said("a", "one\n")
    story.ended(a=JobStatus(state=JobState.SUCCEEDED), b=JobStatus(state=JobState.SUCCEEDED))
    assert file.getvalue().startswith("a/0 one\n")
    assert "Experiment Status for sweep_1717000000000000000\n" in file.getvalue()
    assert "\x1b" not in file.getvalue()


def test_a_flood_of_lines_is_printed_in_order(terminal):
    area = LiveArea(Output(terminal.stream, {}), lambda columns, lines, color: ["table"])
    area.start()
    for number in range(3_000):
        area.write(f"{number}\n")
    area.stop()
    assert terminal.close() == "".join(f"{number}\n" for number in range(3_000))


def test_what_is_held_back_is_printed_when_it_stops(make_stream):
    stream = make_stream(terminal=True)
    area = LiveArea(Output(stream, {}), lambda columns, lines, color: ["table"])
    area.write("x\n")
    area.stop()
    assert stream.getvalue() == "x\n"


def test_a_terminal_made_narrower_is_cleared(make_stream):
    drawn = {"columns": 80}

    class Shrinking(Output):
        def size(self):
            return drawn["columns"], 24

    stream = make_stream(terminal=True)
    area = LiveArea(Shrinking(stream, {}), lambda columns, lines, color: ["x" * 50, "y"])
    area._draw(with_frame=True)
    drawn["columns"] = 20
    area.stop()
    assert stream.getvalue().endswith("\x1b[4A\r\x1b[J")


def test_many_jobs_are_counted_and_what_matters_is_listed():
    statuses = {f"j{number}": JobStatus(state=JobState.SUCCEEDED) for number in range(35)}
    statuses["j3"] = JobStatus(state=JobState.FAILED, exit_code=1)
    statuses["j7"] = JobStatus(state=JobState.RUNNING)
    lines = render_live(board_of([f"j{n}" for n in range(40)], statuses), 5.0, 80, 50, False)
    assert lines == [
        "sweep_1: 33 SUCCEEDED, 1 FAILED, 1 RUNNING, 5 UNSUBMITTED",
        "job  state    elapsed  exit code  executor",
        "j3   FAILED            1          x",
        "j7   RUNNING  5.0s                x",
    ]


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (20, 5), (1, 1), (300, 200)])
def test_the_live_table_stays_inside_the_terminal(columns, lines):
    jobs = [f"a-long-name-{number}" for number in range(100)]
    statuses = {job: JobStatus(state=JobState.RUNNING, message="m" * 200) for job in jobs}
    frame = render_live(board_of(jobs, statuses, dict.fromkeys(jobs, "p" * 100)), 5.0, columns, lines, False)
    assert len(frame) <= max(1, min(lines - 1, 33))
    assert all(len(line) <= max(1, columns - 1) for line in frame)


def test_the_executor_gives_way_before_the_id():
    board = board_of(["a" * 40, "b"], {}, {"b": "SlurmExecutor on user@host"})
    head, first, second, last = render_live(board, 0.0, 60, 24, False)[1:]
    assert head == f"{'job':24}  state        elapsed  exit code"
    assert first == f"{'a' * 24}  UNSUBMITTED"
    assert (second, last.split()) == ("a" * 16, ["b", "UNSUBMITTED"])


def test_the_final_table_cuts_nothing_and_reads_no_markup():
    name = "[bold]" + "x" * 200 + "[/bold]"
    status = JobStatus(state=JobState.CANCELLED, reason=Reason.SKIPPED, message=":smile: [red]b[/red] failed")
    text = render_final(board_of([name, "b"], {name: status}, {"b": "y" * 200}), 0.0, False)
    assert len(text.splitlines()) == 4
    assert all(part in text for part in (name, "y" * 200, ":smile: [red]b[/red] failed", "SKIPPED"))


def test_colours_mark_states():
    text = render_final(board_of("ab", {"a": JobStatus(state=JobState.FAILED)}), 0.0, True)
    assert "\x1b[31mFAILED" in text
