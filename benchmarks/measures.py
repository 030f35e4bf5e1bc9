"""How each case is measured: processes run in a room, numbers come out."""

from __future__ import annotations

import re
import signal
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import past
from subject import CaseFailedError, Room, lines, wait

from memory import TreePeak


def import_library(room: Room) -> dict[str, float]:
    """Time ``import nemo_run``, then ask another process what it loaded."""
    bare = room.run([room.subject.python, "-c", "pass"])
    seconds = room.run(room.subject.case("import_only"))
    room.run(room.subject.case("import_cost"))
    return {
        "over": (seconds - bare) * 1e3,
        "memory": room.saved()["memory"],
        "modules": room.saved()["modules"],
    }


def help_text(room: Room) -> dict[str, float]:
    """Time ``nemorun --help``."""
    return {"wall": room.run([*room.subject.command_line(), "--help"])}


def entrypoint_help(room: Room) -> dict[str, float]:
    """Time ``--help`` of a script with one command."""
    return {"wall": room.run(room.subject.case("entrypoint_help", "--help"))}


def one(room: Room, case: str, bare: Callable[[Room], list[str]]) -> dict[str, float]:
    """Time a program with one trivial task, and the task alone."""
    alone = room.run(bare(room))
    seconds = room.run(room.subject.case(case))
    room.expect_logs(1)
    return {"wall": seconds, "over": seconds - alone}


def many(room: Room, count: int) -> dict[str, float]:
    """Time N parallel scripts, and the same number of bare processes."""
    bare = room.run(room.subject.case("bare", count))
    seconds = room.run(room.subject.case("many_scripts", count))
    room.expect_logs(count)
    return {"wall": seconds, "bare": seconds / bare}


def partials(room: Room, count: int) -> dict[str, float]:
    """Time N parallel functions and watch the memory of everything they start."""
    with TreePeak(room=room) as peak:
        seconds = room.run(room.subject.case("many_partials", count))
    room.expect_logs(count)
    return {"wall": seconds, "memory": peak.memory}


def chain(room: Room, count: int, command: str) -> dict[str, float]:
    """Time N scripts that wait for each other."""
    seconds = room.run(room.subject.case("chain", count, command))
    room.expect_logs(count)
    return {"wall": seconds}


def finish(room: Room) -> dict[str, float]:
    """Take the times that the program itself measured around a task of 0.1 s."""
    room.run(room.subject.case("finish"))
    return {name: room.saved()[name] for name in ("block", "after")}


def log_lines(room: Room, count: int) -> dict[str, float]:
    """Compare the time each line was printed at with the time it reached the launcher's output."""
    with room.start(room.subject.case("log_lines", count), subprocess.PIPE) as process:
        stamps = (re.search(rb"stamp (\d+\.\d+)", line) for line in lines(process))
        delays = [time.time() - float(stamp[1]) for stamp in stamps if stamp]
        wait(process)
    if not delays:
        raise CaseFailedError("no line of the task was printed")
    return {"median": statistics.median(delays), "worst": max(delays), "lost": count - len(delays)}


def status(room: Room, count: int) -> dict[str, float]:
    """Ask a second process for the states of a finished experiment."""
    seconds = room.run(room.subject.case("status", "many"))
    _expect(room, "done", count)
    return {"wall": seconds, "status": room.saved()["status"] * 1e3}


def long_past(room: Room) -> dict[str, float]:
    """List experiments, load one, and run one more, in a home that has seen many."""
    folder = Path(past.experiment(room))
    room.run(room.subject.case("past", past.TITLE, folder.name))
    saved = room.saved()
    _expect(room, "count", past.EXPERIMENTS)
    _expect(room, "done", 1)
    wall = room.run(room.subject.case("one_script"))
    return {"catalog": saved["catalog"] * 1e3, "from_id": saved["from_id"] * 1e3, "wall": wall}


def launcher(room: Room, count: int) -> dict[str, float]:
    """Watch the launcher and everything below it while N tasks run at once."""
    command = room.subject.case("many_scripts", count, "sleep 1")
    with (room.path / "output").open("wb") as output:
        process = room.start(command, output)
        with TreePeak(room=room, launcher=process.pid) as peak:
            wait(process)
    room.expect_logs(count)
    return {"memory": room.saved()["memory"], "threads": peak.threads, "tree": peak.memory}


def interrupt(room: Room) -> dict[str, float]:
    """Press Ctrl-C once, one second into a task of 10 s, and look what still runs half a second after."""
    with (room.path / "output").open("wb") as output:
        process = room.start(room.subject.case("interrupt"), output)
        _wait_for_file(room.work / "started")
        time.sleep(1)
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        wait(process)
        seconds = time.perf_counter() - start
    time.sleep(0.5)
    return {"exit": seconds, "left": len(room.processes())}


SHAPES = ("tree", "flat")
"""Of the configurations that are serialised: 1,000 nodes in four levels, and 5,000 below one."""


def add(room: Room, depth: int, nodes: int) -> dict[str, float]:
    """Take the times that the program itself measured around ``add``."""
    room.run(room.subject.case("add_config", depth, nodes))
    return {name: room.saved()[name] * 1e3 for name in ("deep", "wide")}


def serialise(room: Room, way: str, formats: tuple[str, ...]) -> dict[str, float]:
    """Take the times that the program itself measured around a serialiser."""
    room.run(room.subject.case("serialise", way, *formats))
    return {f"{name}_{shape}": room.saved()[f"{name}_{shape}"] * 1e3 for name in formats for shape in SHAPES}


def words(room: Room, count: int, nodes: int) -> dict[str, float]:
    """Take the times that the program itself measured around words of a command line."""
    room.run(room.subject.case("words", count, nodes))
    return {name: room.saved()[name] * 1e3 for name in ("first", "again")}


def prepare_status(room: Room, count: int) -> None:
    """Run the experiment that is asked about."""
    room.run(room.subject.case("many_scripts", count))
    room.expect_logs(count)


def _expect(room: Room, name: str, value: float) -> None:
    if (got := room.saved()[name]) != value:
        raise CaseFailedError(f"{name} is {got:g} instead of {value:g}")


def _wait_for_file(path: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            raise CaseFailedError("the task did not start")
        time.sleep(0.01)
