"""Memory and threads of a process tree while it runs, read from ``/proc`` (proc(5))."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from subject import pids

if TYPE_CHECKING:
    from subject import Room

INTERVAL = 0.05
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(kw_only=True)
class TreePeak:
    """Watches all processes of a room from a thread, between ``with`` and its end.

    The proportional set size counts a page that several processes share once. Reading it is slow,
    so it is read only when the plain sum of resident sizes has grown by 2 % over its peak.

    Attributes:
        room: Whose processes are watched.
        launcher: Process id whose threads are counted, 0 for none.
        memory: Peak of the proportional set size of all processes, in MB.
        threads: Peak number of threads of the launcher.
    """

    room: Room
    launcher: int = 0
    memory: float = 0.0
    threads: int = 0
    _resident: int = 0
    _foreign: set[int] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> TreePeak:
        # What ran before is not asked again at every sample.
        self._foreign = {pid for pid in pids() if not self.room.owns(pid)}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            self._sample()

    def _sample(self) -> None:
        tree = [pid for pid in pids() if pid not in self._foreign and self.room.owns(pid)]
        resident = sum(map(_resident, tree))
        if resident > self._resident * 1.02:
            self._resident = resident
            self.memory = max(self.memory, sum(map(_proportional, tree)) / 1e6)
        if self.launcher:
            self.threads = max(self.threads, _threads(self.launcher))


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")
    except OSError:  # it has ended
        return ""


def _resident(pid: int) -> int:
    fields = _read(pid, "statm").split()
    return int(fields[1]) * PAGE if fields else 0


def _proportional(pid: int) -> int:
    lines = _read(pid, "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _threads(pid: int) -> int:
    lines = _read(pid, "status").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Threads:"))
