"""A home folder, launching programs as processes of their own, and what they leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEADLINE = 60.0
MARK = "NEMORUN_TEST_MARK"

_ASK = """
import json, os, time
import nemo_run as run
from nemo_run import exceptions
given = json.loads(os.environ["LAB_GIVEN"])
def eventually(what, seconds=30.0):
    end = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < end, "this never happened"
        time.sleep(0.01)
    return answer
def states(exp):
    return {name: row["status"].name for name, row in exp.status(return_dict=True).items()}
"""
_ANSWER = """
with open(os.environ["LAB_ANSWER"], "w") as file:
    json.dump(answer, file)
"""


def eventually(what: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """Return the first truthy answer; fail when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < end, "this never happened"
        time.sleep(0.01)
    return answer


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@dataclass
class Lab:
    """One home folder and a mark in the environment of all that is started for it.

    Attributes:
        folder: Working directory of the launching programs.
    """

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environ(self) -> dict[str, str]:
        left_out = ("NEMORUN_", "HYPOTHESIS", "PYTEST", "COLUMNS")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
        return {**kept, "NEMORUN_HOME": str(self.home), MARK: self.mark}

    def write(self, text: str, name: str = "launcher.py") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, path: Path, *args: object, env: Mapping[str, str] | None = None) -> Running:
        """Start a launching program in a session of its own."""
        return self.start_command([sys.executable, str(path), *map(str, args)], env=env)

    def start_command(
        self, argv: list[str], env: Mapping[str, str] | None = None, stdin: str | None = None
    ) -> Running:
        output = self.folder / f"output-{uuid.uuid4().hex}"
        with output.open("wb") as file:
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env={**self.environ, **(env or {})},
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if process.stdin is not None and stdin is not None:
            with process.stdin as pipe:
                pipe.write(stdin.encode())
        return Running(process, output)

    def run(self, path: Path, *args: object, env: Mapping[str, str] | None = None) -> str:
        """Run a launching program, which must succeed; returns what it printed."""
        running = self.start(path, *args, env=env)
        assert running.wait() == 0, running.text
        return running.text

    def ask(self, code: str, **given: Any) -> Any:
        """Run code in a new process; returns what it leaves in ``answer``.

        It finds ``run``, ``exceptions``, ``given``, ``eventually`` and ``states(experiment)`` in place.
        """
        name = uuid.uuid4().hex
        path, answer = self.write(_ASK + code + _ANSWER, f"ask-{name}.py"), self.folder / f"answer-{name}"
        self.run(path, env={"LAB_GIVEN": json.dumps(given), "LAB_ANSWER": str(answer)})
        return json.loads(answer.read_text())

    def processes(self) -> dict[int, str]:
        """Return what runs for this lab: pid -> command line."""
        found: dict[int, str] = {}
        wanted = f"{MARK}={self.mark}".encode()
        for name in os.listdir("/proc"):
            with suppress(OSError):
                if name.isdigit() and wanted in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                    line = Path(f"/proc/{name}/cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(name)] = line.decode("utf-8", "replace")
        return {pid: line for pid, line in found.items() if is_alive(pid)}

    def ids(self) -> list[str]:
        """Return the ids of all experiments that have a folder."""
        return sorted(path.name for path in self.home.glob("experiments/*/*"))

    def experiment_dir(self, experiment_id: str) -> Path:
        return self.home / "experiments" / experiment_id.rpartition("_")[0] / experiment_id

    def end_all(self) -> None:
        """End what a failed test has left running."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@dataclass
class Running:
    """A launching program."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait(self, seconds: float = DEADLINE) -> int:
        """Return the exit status; minus the signal when one ended it."""
        return self.process.wait(seconds)

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def shows(self, text: str) -> bool:
        """Whether it has printed something; fails when it ended without."""
        over = self.is_over
        if text in self.text:
            return True
        assert not over, self.text
        return False
