"""A launcher that is killed at any moment loses no task, and none runs twice."""

from __future__ import annotations

import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.local.lab import Lab, Running, eventually

# Writes who started and ended, with the exit code; holds a lock that shows two at the same time.
TASK = r"""
cd "$1" || exit 9
name=$2
mkdir "lock.$name" || echo "twice $name $$" >> ran
code=0
trap 'rmdir "lock.$name"' EXIT
trap 'exit 143' TERM
echo "start $name $$" >> ran
case $name in
    bad) code=3 ;;
    long*) while [ ! -e gate ]; do sleep 0.05; done ;;
esac
echo "end $name $code" >> ran
exit $code
"""
QUICK = {"quick", "bad", "after_quick", "after_bad"}
LONG = {"long1", "long2", "after_long", "last"}

CHECK = """
folder, name = given["folder"], given["id"]
def lines(word):
    found = open(f"{folder}/ran").read().splitlines() if os.path.exists(f"{folder}/ran") else []
    return {line.split()[1]: int(line.split()[2]) for line in found if line.startswith(word + " ")}
def lives(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
answer = {}
try:
    exp = run.Experiment.from_id(name)
except exceptions.NemoRunError as error:
    answer["error"] = [type(error).__name__, str(error)]
else:
    ended = lambda: {n for n in lines("end") if not lives(lines("start")[n])}
    eventually(lambda: all(states(exp)[n] in ("SUCCEEDED", "FAILED") for n in ended()))
    before = exp.status(return_dict=True)
    answer["ended"] = {n: before[n]["exit_code"] for n in ended() if before[n]["exit_code"] is not None}
    answer["codes"] = {n: c for n, c in lines("end").items() if n in answer["ended"]}
    answer["running"] = {
        n: states(exp)[n] for n, pid in lines("start").items() if lives(pid) and n not in lines("end")
    }
    for job in given["cancel"]:
        if job in answer["running"]:
            exp.cancel(job)
            eventually(lambda: states(exp)[job] == "CANCELLED")
            answer["cancelled"] = not lives(lines("start")[job])
    open(f"{folder}/gate", "w").close()
    done = run.Experiment.resume(name)
    answer["states"] = states(done)
    answer["again"] = states(run.Experiment.from_id(name))
"""
ALL_DONE = {**dict.fromkeys(QUICK | LONG, "SUCCEEDED"), "bad": "FAILED"}


def start_launcher(
    lab: Lab, experiment_id: str, point: int, moment: str, number: int = signal.SIGKILL
) -> Running:
    (lab.folder / experiment_id).mkdir()
    return lab.start(lab.folder / "launcher.py", experiment_id, point, moment, int(number))


def ran(lab: Lab, experiment_id: str) -> list[list[str]]:
    path = lab.folder / experiment_id / "ran"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def live_until(
    lab: Lab, experiment_id: str, point: int, moment: str, number: int = signal.SIGKILL
) -> Running:
    """Keep the long tasks going as long as the launcher can get further without their end."""
    running = start_launcher(lab, experiment_id, point, moment, number)
    quick_is_over = lambda: {line[1] for line in ran(lab, experiment_id) if line[0] == "end"} >= QUICK  # noqa: E731
    eventually(lambda: running.is_over or quick_is_over())
    if not running.is_over and not (lab.folder / experiment_id / "sent").exists():
        (lab.folder / experiment_id / "gate").touch()
    code = running.wait()
    was_sent = (lab.folder / experiment_id / "sent").exists()
    # By the signal itself before there was anything to cancel.
    assert code in ({128 + number, -number} if was_sent else {0}), (point, moment, running.text)
    return running


def count_operations(lab: Lab) -> int:
    running = start_launcher(lab, "count_0", 0, "after")
    (lab.folder / "count_0" / "gate").touch()
    assert running.wait() == 0, running.text
    return int((lab.folder / "count_0" / "count").read_text())


def check(lab: Lab, experiment_id: str) -> dict[str, Any]:
    return lab.ask(CHECK, id=experiment_id, folder=str(lab.folder / experiment_id), cancel=["long1"])


@pytest.fixture
def crash_lab(lab: Lab) -> Lab:
    lab.write(TASK, "task.sh")
    lab.write((Path(__file__).with_name("crash_launcher.py.txt")).read_text())
    return lab


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_launcher_loses_nothing_and_resume_does_the_rest(crash_lab: Lab, seed: int) -> None:
    draw, total = random.Random(seed), count_operations(crash_lab)
    # Every phase is met: two points are in the preparation, which is nearly half of all operations.
    spans = [(0.0, 0.2), (0.2, 0.42), *((0.42 + n * 0.0725, 0.42 + (n + 1) * 0.0725) for n in range(8))]
    deaths = {
        f"crash_{number}": (
            1 + int(draw.uniform(*span) * total),
            draw.choice(["before", "half", "after"]),
        )
        for number, span in enumerate(spans)
    }
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda item: live_until(crash_lab, item[0], *item[1]), deaths.items()))
        answers = dict(zip(deaths, pool.map(lambda i: check(crash_lab, i), deaths), strict=True))
    for experiment_id, answer in answers.items():
        about = (experiment_id, deaths[experiment_id], answer, ran(crash_lab, experiment_id))
        judge(answer, ran(crash_lab, experiment_id), about)


def judge(answer: dict[str, Any], lines: list[list[str]], about: object) -> None:
    assert not [line for line in lines if line[0] == "twice"], about
    if "error" in answer:  # it died before anything could be launched
        assert answer["error"][0] in ("ExperimentNotFoundError", "StoreError", "EmptyFileError"), about
        assert not lines, about
        return
    assert answer["ended"] == answer["codes"], about
    assert set(answer["running"].values()) <= {"RUNNING"}, about
    assert answer.get("cancelled", True), about
    assert answer["states"] == answer["again"] == ALL_DONE, about
    starts = [line[1] for line in lines if line[0] == "start"]
    for name in ALL_DONE:
        again = (name == "long1" and "cancelled" in answer) or name == "bad"
        assert 1 <= starts.count(name) <= 1 + again, (name, about)


INTERRUPTED = """
answer = {}
for name in given["ids"]:
    try:
        exp = run.Experiment.from_id(name)
    except exceptions.NemoRunError as error:
        answer[name] = type(error).__name__
    else:
        answer[name] = states(exp)
"""
OVER = {"SUCCEEDED", "FAILED", "CANCELLED"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_at_any_moment_leaves_nothing(crash_lab: Lab, number: signal.Signals) -> None:
    draw, total, points = random.Random(3), count_operations(crash_lab), 8
    for n in range(points):
        # From the end of the preparation to about the last operation that the closed gate allows.
        point = int((0.38 + 0.3 * (n + draw.random()) / points) * total)
        live_until(crash_lab, f"stop_{n}", point, draw.choice(["before", "after"]), number)
        eventually(lambda: not crash_lab.processes())
    found = crash_lab.ask(INTERRUPTED, ids=[f"stop_{n}" for n in range(points)])
    for n in range(points):
        lines = ran(crash_lab, f"stop_{n}")
        if isinstance(found[f"stop_{n}"], str):
            assert not lines, (found, lines)
        else:
            begun = {line[1] for line in lines if line[0] == "start"}
            assert {found[f"stop_{n}"][name] for name in begun} <= OVER, (found, lines)
            assert set(found[f"stop_{n}"].values()) <= {*OVER, "UNSUBMITTED"}, (found, lines)


SLOW_SUPERVISOR = """
import os, pathlib, signal, socket, sys
import nemo_run as run
send = socket.socket.sendall
def send_and_die(*args):
    (child,) = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    os.kill(int(child), signal.SIGSTOP)
    send(*args)
    pathlib.Path("child").write_text(child)
    os.kill(os.getpid(), signal.SIGKILL)
socket.socket.sendall = send_and_die
with run.Experiment("slow", id="slow_1") as exp:
    for name in ("one", "two"):
        exp.add(run.Script(inline=f"echo {name} $$ >> ran"), name=name)
    exp.run()
"""


def test_a_submission_nobody_has_read_yet_is_not_made_twice(lab: Lab) -> None:
    running = lab.start(lab.write(SLOW_SUPERVISOR))
    assert running.wait() == -signal.SIGKILL, running.text
    answer = lab.ask(
        """
exp = run.Experiment.from_id("slow_1")
exp.cancel("two")
eventually(lambda: states(exp)["two"] == "CANCELLED")
done = run.Experiment.resume("slow_1")
answer = states(done)
"""
    )
    assert answer == {"one": "SUCCEEDED", "two": "SUCCEEDED"}
    os.kill(int((lab.folder / "child").read_text()), signal.SIGCONT)
    eventually(lambda: not lab.processes())
    lines = (lab.folder / "ran").read_text().split("\n")
    assert sorted(line.split()[0] for line in lines if line) == ["one", "two"]
