"""Questions on a real terminal."""

import os
import pty
import select
import signal
import subprocess

import pytest

DEADLINE = 60.0


class Terminal:
    """A program whose standard streams are a terminal."""

    def __init__(self, argv, cwd, env):
        self.screen, theirs = pty.openpty()
        self.text = ""
        self.process = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def read_until(self, wanted=None, times=1):
        """Read until a text has appeared, or to the end."""
        while wanted is None or self.text.count(wanted) < times:
            assert select.select([self.screen], [], [], DEADLINE)[0], self.text
            try:
                part = os.read(self.screen, 4096)
            except OSError:  # the other end is closed
                part = b""
            if not part:
                assert wanted is None, self.text
                return
            self.text += part.decode("utf-8", "replace").replace("\r\n", "\n")

    def type(self, text):
        os.write(self.screen, text.encode())

    def interrupt(self, patience=5.0):
        """Press Ctrl-C, and again where it is not noticed: just before a program reads, it may go unseen."""
        while self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            if select.select([self.screen], [], [], patience)[0]:
                return

    def end(self):
        """Return the exit code and all that was on the screen."""
        self.read_until()
        return self.process.wait(DEADLINE), self.text

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE)
        os.close(self.screen)


@pytest.fixture
def terminal(scripts):
    opened = []

    def start(*words, main="run.cli.main(fit)", **environ):
        argv = [*scripts.write(main), *words]
        opened.append(Terminal(argv, scripts.folder, scripts.environ | {"TERM": "xterm"} | environ))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    ("answer", "ran"), [("y", True), ("YES", True), ("n", False), ("", False), ("maybe\nno", False)]
)
def test_115_the_answer_counts(terminal, answer, ran):
    one = terminal("net=wide")
    one.read_until("Continue? [y/N]: ")
    assert "Net" in one.text
    assert "width = 64" in one.text
    assert "fit 64" not in one.text
    one.type(f"{answer}\n")
    code, text = one.end()
    assert code == 0
    assert ("fit 64 gelu" in text, "Exiting..." in text) == (ran, not ran)
    assert text.rstrip().endswith("after")


def test_the_end_of_the_input_is_no_answer(terminal):
    one = terminal("net=wide")
    one.read_until("Continue?")
    one.type("\x04")
    code, text = one.end()
    assert code == 1
    assert "--yes" in text
    assert "after" not in text


def test_ctrl_c_at_the_question(terminal):
    one = terminal("net=wide")
    one.read_until("Continue? [y/N]: ")
    one.interrupt()
    code, text = one.end()
    assert code == 130
    assert "after" not in text
    assert "Traceback" not in text


def test_a_yes_holds_for_one_context_only(terminal):
    one = terminal("net=wide", main="run.cli.main(fit); run.cli.main(fit)")
    one.read_until("Continue? [y/N]: ")
    one.type("y\n")
    one.read_until("Continue? [y/N]: ", times=2)
    one.type("n\n")
    assert one.end()[0] == 0
    assert one.text.count("fit 64") == 1


@pytest.mark.parametrize("words", [("--yes",), ("-y",), ("--no-confirm",), ("run.skip_confirmation=1",)])
def test_nobody_is_asked_who_has_answered(terminal, words):
    code, text = terminal("net=wide", *words).end()
    assert code == 0
    assert "Continue?" not in text
    assert "fit 64" in text


WAITING = """
@run.cli.entrypoint(type="experiment")
def wait(ctx: run.cli.RunContext):
    with run.Experiment("waiting", ctx.executor) as exp:
        exp.add(run.Script(inline="echo begun; read word < gate"), tail_logs=True)
        ctx.launch(exp)

run.cli.main(wait)
"""


def test_ctrl_c_while_a_job_runs(terminal, scripts):
    os.mkfifo(scripts.folder / "gate")
    one = terminal("--yes", "executor=ex", main=WAITING)
    one.read_until("/0 begun")
    one.interrupt(patience=DEADLINE)  # a second one would not wait for the job
    code, text = one.end()
    assert code == 130
    assert "CANCELLED" in text
    assert "Traceback" not in text
    assert "after" not in text.splitlines()
