"""Ctrl-C and signals to end: what was not detached is gone, and recorded as cancelled."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from tests.integration.local.lab import Lab, Running, eventually

# Children and grandchildren, so that the end of a whole tree is seen.
TREE = "(sleep 600 & sleep 600) & echo up >> up; wait"
HEAD = f"""
import os, sys, time
import nemo_run as run
TREE = {TREE!r}
"""
WAITING = """
with run.Experiment("stop", id="stop_1") as exp:
    for name in ("a", "b"):
        exp.add(run.Script(inline=TREE), name=name)
    exp.add(run.Script(inline=TREE), name="later", dependencies=["a"])
    exp.run()
"""
IN_THE_BLOCK = """
with run.Experiment("stop", id="stop_1") as exp:
    for name in ("a", "b", "later"):
        exp.add(run.Script(inline=TREE), name=name)
    exp.run()
    print("LAUNCHED", flush=True)
    time.sleep(600)
"""
STUBBORN = """
with run.Experiment("stop", id="stop_1") as exp:
    exp.add(run.Script(inline="trap '' TERM; echo up >> up; while :; do sleep 0.2; done"), name="a")
    exp.run()
"""
TOO_SOON = """
import signal
from nemo_run.run import _session
ask = _session.RunSession.cancel_local
def press_again_and_ask(session):
    _session.RunSession.cancel_local = ask
    os.kill(os.getpid(), signal.SIGINT)
    return ask(session)
_session.RunSession.cancel_local = press_again_and_ask
"""
DETACHED = """
with run.Experiment("stop", id="stop_1") as exp:
    exp.add(run.Script(inline="echo up >> up; while [ ! -e gate ]; do sleep 0.05; done"), name="a")
    exp.run(detach=True)
    print("LAUNCHED", flush=True)
    time.sleep(600)
"""
MANY = """
with run.Experiment("stop", id="stop_1") as exp:
    for number in range(200):
        exp.add(run.Script(inline="echo up >> up; sleep 600"), name=f"job{number}")
    print("LAUNCHING", flush=True)
    exp.run()
"""
STATES = """
exp = run.Experiment.from_id("stop_1")
answer = states(exp)
"""

Send = Callable[[Running], None]


def to_launcher(running: Running) -> None:
    running.send(signal.SIGINT)


def to_group(running: Running) -> None:
    os.killpg(running.pid, signal.SIGINT)


def begun(lab: Lab, count: int) -> bool:
    path = lab.folder / "up"
    return path.exists() and len(path.read_text().splitlines()) >= count


def start(lab: Lab, program: str, count: int) -> Running:
    running = lab.start(lab.write(HEAD + program))
    eventually(lambda: begun(lab, count) or running.is_over)
    assert not running.is_over, running.text
    return running


@pytest.mark.parametrize("send", [to_launcher, to_group])
@pytest.mark.parametrize("program", [WAITING, IN_THE_BLOCK], ids=["waiting", "in the block"])
def test_ctrl_c_cancels_whole_trees_and_says_so(lab: Lab, program: str, send: Send) -> None:
    running = start(lab, program, 2)
    if program is IN_THE_BLOCK:
        eventually(lambda: running.shows("LAUNCHED"))
    send(running)
    assert running.wait() == 130, running.text
    assert "interrupted: cancelling 3 jobs" in running.text
    assert "Traceback" not in running.text
    eventually(lambda: not lab.processes())
    assert lab.ask(STATES) == {"a": "CANCELLED", "b": "CANCELLED", "later": "CANCELLED"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_cancels_too(lab: Lab, number: signal.Signals) -> None:
    running = start(lab, WAITING, 2)
    running.send(number)
    assert running.wait() == 128 + number, running.text
    assert "Traceback" not in running.text
    eventually(lambda: not lab.processes())
    assert lab.ask(STATES) == {"a": "CANCELLED", "b": "CANCELLED", "later": "CANCELLED"}


def test_ctrl_c_twice_ends_at_once_and_the_task_within_its_grace(lab: Lab) -> None:
    running = start(lab, STUBBORN, 1)
    running.send(signal.SIGINT)
    eventually(lambda: running.shows("interrupted: cancelling 1 job"))
    running.send(signal.SIGINT)
    assert running.wait() == 130, running.text
    assert "Traceback" not in running.text
    assert lab.processes(), "the launcher has waited for the task"
    eventually(lambda: not lab.processes())
    assert lab.ask(STATES) == {"a": "CANCELLED"}


def test_ctrl_c_twice_before_the_first_had_an_effect_leaves_nothing(lab: Lab) -> None:
    running = start(lab, TOO_SOON + WAITING, 2)
    running.send(signal.SIGINT)
    assert running.wait() == 130, running.text
    assert "Traceback" not in running.text
    eventually(lambda: not lab.processes())
    # Nobody waits any more to write down what was never launched.
    assert lab.ask(STATES) == {"a": "CANCELLED", "b": "CANCELLED", "later": "UNSUBMITTED"}


def test_detached_jobs_survive_ctrl_c(lab: Lab) -> None:
    running = start(lab, DETACHED, 1)
    eventually(lambda: running.shows("LAUNCHED"))
    to_group(running)
    assert running.wait() != 0
    assert lab.ask(STATES) == {"a": "RUNNING"}
    (lab.folder / "gate").touch()
    assert lab.ask('answer = run.Experiment.from_id("stop_1").wait(30)["a"].name') == "SUCCEEDED"


def test_ctrl_c_while_200_jobs_are_launched(lab: Lab) -> None:
    running = start(lab, MANY, 20)
    running.send(signal.SIGINT)
    assert running.wait() == 130, running.text
    assert "Traceback" not in running.text
    eventually(lambda: not lab.processes())
    states = lab.ask(STATES)
    assert len(states) == 200
    assert set(states.values()) == {"CANCELLED"}
