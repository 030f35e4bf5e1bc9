"""One library under test, and the fresh place each of its processes runs in."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CASES = Path(__file__).parent / "cases"
DEADLINE = 300.0
"""Seconds after which a process is killed and its case fails."""


class CaseFailedError(Exception):
    """A process did not do what the case asked for; there is nothing to measure."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An interpreter that imports one of the libraries.

    Attributes:
        name: ``ours`` or ``peer``.
        python: Path of the interpreter.
    """

    name: str
    python: str

    def case(self, name: str, *arguments: object) -> list[str]:
        """Return the command of ``cases/<name>.py``."""
        return [self.python, str(CASES / f"{name}.py"), *map(str, arguments)]

    def command_line(self) -> list[str]:
        """Return the command of ``nemorun``: the script beside the interpreter, if it is there."""
        script = Path(self.python).parent / "nemorun"
        return [str(script)] if script.exists() else [self.python, "-m", "nemo_run"]


@dataclass(frozen=True, kw_only=True)
class Room:
    """A temporary folder with a home, a working folder and a place for results.

    Attributes:
        subject: Whose processes run here.
        path: The folder.
    """

    subject: Subject
    path: Path

    @classmethod
    def open(cls, subject: Subject) -> Room:
        """Create an empty room."""
        room = cls(subject=subject, path=Path(tempfile.mkdtemp(prefix=f"bench-{subject.name}-")))
        room.home.mkdir()
        room.work.mkdir()
        return room

    @property
    def home(self) -> Path:
        """The ``NEMORUN_HOME`` of the processes."""
        return self.path / "home"

    @property
    def work(self) -> Path:
        """The working folder of the processes."""
        return self.path / "work"

    def close(self) -> None:
        """Kill what still runs in here and remove the folder."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.path, ignore_errors=True)

    def processes(self) -> list[int]:
        """Return the ids of all processes started in here, wherever in the tree they are by now."""
        return [pid for pid in pids() if self.owns(pid)]

    def owns(self, pid: int) -> bool:
        """Whether the environment of a process names this room's home."""
        try:
            return f"NEMORUN_HOME={self.home}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False

    def start(self, command: Sequence[str], output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a process in here, both of its streams going to ``output``."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, cwd=self.work, env=self._environment(), **streams)  # type: ignore[call-overload]

    def run(self, command: Sequence[str]) -> float:
        """Run a process to its end and return the seconds from start to exit.

        Raises:
            CaseFailedError: It failed or took longer than ``DEADLINE``.
        """
        with (self.path / "output").open("w+b") as output:
            start = time.perf_counter()
            process = self.start(command, output)
            wait(process)
            seconds = time.perf_counter() - start
            if process.returncode != 0:
                output.seek(0)
                raise CaseFailedError(_last_lines(output.read().decode(errors="replace")))
        return seconds

    def saved(self) -> dict[str, float]:
        """Return what the last case handed to ``bench.save``."""
        return json.loads((self.path / "result.json").read_text(encoding="utf-8"))

    def expect_logs(self, count: int) -> None:
        """Check that tasks really ran: each of ``count`` printed something.

        Raises:
            CaseFailedError: Some did not.
        """
        logs = self.home.glob("experiments/*/*/*/nemo_run/*/*/0/stdout.log")
        printed = sum(log.stat().st_size > 0 for log in logs)
        if printed != count:
            raise CaseFailedError(f"{printed} of {count} tasks left output")

    def _environment(self) -> dict[str, str]:
        # The interpreter's folder leads PATH, as in an activated environment: the peer needs that.
        path = f"{Path(self.subject.python).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("NEMORUN_", "PYTHON", "VIRTUAL_ENV"))
        }
        return kept | {
            "PATH": path,
            "PYTHONPATH": str(CASES),
            "NEMORUN_HOME": str(self.home),
            "BENCH_RESULT": str(self.path / "result.json"),
        }


def pids() -> list[int]:
    """Return the ids of all processes of this machine."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def wait(process: subprocess.Popen[bytes], deadline: float = DEADLINE) -> None:
    """Wait for a process, and kill it after ``deadline`` seconds.

    ``Popen.wait(timeout=...)`` sleeps up to 50 ms between two looks; this wakes at the exit itself.
    """
    descriptor = os.pidfd_open(process.pid)
    try:
        ended, _, _ = select.select([descriptor], [], [], deadline)
    finally:
        os.close(descriptor)
    if not ended:
        process.kill()
        process.wait()
        raise CaseFailedError(f"still running after {deadline:g} s")
    process.wait()


def lines(process: subprocess.Popen[bytes], deadline: float = DEADLINE) -> Iterator[bytes]:
    """Yield each line of a process started with ``PIPE`` as it arrives, until the process ends.

    Reading to the end of the pipe would also wait for whoever else holds it.
    """
    if process.stdout is None:
        return
    pipe, ended = process.stdout.fileno(), os.pidfd_open(process.pid)
    rest = b""
    try:
        while ready := select.select([pipe, ended], [], [], deadline)[0]:
            chunk = os.read(pipe, 65536) if pipe in ready else b""
            if not chunk:
                break
            *complete, rest = (rest + chunk).split(b"\n")
            yield from complete
    finally:
        os.close(ended)


def _last_lines(text: str, count: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-count:]) or "no output"
