"""Which process is that: identities a recycled pid cannot fake.

Standard library only and cheap to import, because the supervisor loads it at its start. Linux answers
from ``/proc`` (manual page ``proc_pid_stat``); other systems are asked through ``ps``.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    # State letter (Z and X are dead), process group, session, start in ticks since boot; the last
    # two are 0 where they are not known.
    Stat = tuple[str, int, int, int]

_HAS_PROC = os.path.exists("/proc/self/stat")
_PS_TIMEOUT = 10.0
# ``ps`` rounds a start time down to seconds, and takes it a moment after the spawn was noted.
_START_TOLERANCE = 2.5


def fetch_boot_id() -> str | None:
    """Return what changes with every boot of this machine, or None where nothing tells."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


def fetch_start_ticks(pid: int) -> int | None:
    """Return the start of a process (or zombie) in clock ticks since boot; None if unknown."""
    stat = _read_stat(pid)
    return stat[3] if stat else None


class StartClock:
    """Tells the start ticks of a process just spawned without reading ``/proc`` in nearly every case.

    The kernel stamps a process with the boot-time clock in ticks. When the clock showed one and the same
    tick before and after the spawn, this is the stamp. It is worth the trouble because a read from
    ``/proc`` takes long while the process is busy starting or ending. A system where the first answers
    differ (a sandbox with clocks of its own) is asked for every process.
    """

    def __init__(self) -> None:
        clock = getattr(time, "CLOCK_BOOTTIME", None) if _HAS_PROC else None
        self._clock: int | None = clock
        self._is_checked = False
        self._tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")

    def read(self) -> int | None:
        """Return the present tick; take it right before the spawn."""
        return None if self._clock is None else time.clock_gettime_ns(self._clock) // self._tick

    def fetch_start(self, pid: int, before: int | None) -> int | None:
        """Return the start ticks of a process, as ``fetch_start_ticks`` would."""
        if before is None or self.read() != before:
            return fetch_start_ticks(pid)
        if not self._is_checked:
            self._is_checked = True
            if fetch_start_ticks(pid) != before:
                self._clock = None
                return fetch_start_ticks(pid)
        return before


def is_alive(pid: int, start_ticks: int | None, started_at: float | None) -> bool:
    """Whether the very process that was recorded still runs; a zombie does not.

    Args:
        pid: Its id then.
        start_ticks: Its start as ``fetch_start_ticks`` told; None on systems without ``/proc``.
        started_at: Its start in Unix seconds, compared where there are no ticks.
    """
    if _HAS_PROC:
        stat = _read_stat(pid)
        return stat is not None and stat[0] not in "ZX" and start_ticks in (None, stat[3])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _ps_says_same(pid, started_at)


def fetch_live_groups() -> set[int]:
    """Return the ids of all process groups that have a member which is not a zombie."""
    return {stat[1] for _, stat in _all_processes() if stat[0] not in "ZX"}


def group_is_empty(group: int) -> bool:
    """Whether no process of the group is left; zombies that nobody collects do not count."""
    return not can_signal(group) or group not in fetch_live_groups()


def owns_group(pid: int, start_ticks: int | None, started_at: float | None) -> bool:
    """Whether the process group a recorded leader opened (with its session) still has members.

    The leader may be gone. A group whose id now belongs to a newer process is not ours.
    """
    if not can_signal(pid) or (_HAS_PROC and start_ticks is None):
        return False  # without its start nothing tells ours from a stranger's
    if is_alive(pid, start_ticks, started_at):
        return True
    if start_ticks is None:
        return False
    found = False
    for member, stat in _all_processes():
        if stat[1] != pid or stat[0] in "ZX":
            continue
        if stat[2] != pid or stat[3] < start_ticks or (member == pid and stat[3] != start_ticks):
            return False
        found = True
    return found


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group; one that is gone is no error."""
    try:  # noqa: SIM105 - contextlib takes time to import
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass  # empty, or (macOS) zombies only


def can_signal(group: int) -> bool:
    """Whether the group has a member; a zombie counts, so this is quick but not the last word."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _read_stat(pid: int) -> Stat | None:
    """Read ``/proc/<pid>/stat``; the name in parentheses may hold anything."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fields = os.read(fd, 4096).rpartition(b")")[2].split()
    except OSError:
        return None
    finally:
        os.close(fd)
    if len(fields) < 20:
        return None
    return (fields[0].decode(), int(fields[2]), int(fields[3]), int(fields[19]))


def _all_processes() -> Iterator[tuple[int, Stat]]:
    if not _HAS_PROC:
        yield from _ps_processes()
        return
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat := _read_stat(int(name))):
            yield int(name), stat


def _ps_processes() -> Iterator[tuple[int, Stat]]:
    for line in _ps("-A", "-o", "pid=,pgid=,stat=").splitlines():
        pid, group, state = line.split(maxsplit=2)
        yield int(pid), (state[0], int(group), 0, 0)


def _ps_says_same(pid: int, started_at: float | None) -> bool:
    """Compare the start time ``ps`` shows (``Tue Jan  2 15:04:05 2024``, local time)."""
    text = _ps("-o", "lstart=", "-p", str(pid)).strip()
    if not text:
        return False
    try:
        started = time.mktime(time.strptime(text, "%a %b %d %H:%M:%S %Y"))
    except ValueError:
        return True
    return started_at is None or abs(started - started_at) <= _START_TOLERANCE


def _ps(*args: str) -> str:
    import subprocess  # only systems without /proc pay for it

    result = subprocess.run(
        ["ps", *args],
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PS_TIMEOUT,
        check=False,
    )
    return result.stdout
