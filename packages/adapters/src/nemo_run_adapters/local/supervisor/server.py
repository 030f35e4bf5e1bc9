"""What the launcher may ask of its supervisor, and the one loop that does it."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections import deque

from nemo_run_adapters.local import process
from nemo_run_adapters.local.supervisor.channel import Channel
from nemo_run_adapters.local.supervisor.loop import Loop
from nemo_run_adapters.local.supervisor.spawn import Spawner, adopt_orphans, encode_environ
from nemo_run_adapters.local.supervisor.task import START_ERRORS, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_SPAWN_SLICE = 0.010  # seconds of starting tasks before looking after the running ones
_NOTICE_INTERVAL = 0.020  # seconds between two notices about new output
_RETRY_INTERVAL = 0.25  # seconds between two attempts to start what there was not enough for
_MOST_BACKLOG = 1 << 20  # bytes; a launcher that lags this far behind gets no notices about output
_FIRST_GROUP_POLL, _LAST_GROUP_POLL = 0.001, 0.1  # seconds


class Server:
    """All tasks of one launching process, also after it has gone.

    Attributes:
        identity: This process, as it signs claims and records.
    """

    def __init__(self, fd: int) -> None:
        self.loop = Loop(self._report)
        self.spawner = Spawner()
        self.clock = process.StartClock()
        self.identity = _identify()
        self._channel = Channel(fd, self.loop, self._on_line)
        self._events: list[dict[str, Any]] = []
        self._queue: deque[Task] = deque()
        self._tasks: dict[str, Task] = {}  # queued and running, by app id
        self._running: dict[int, Task] = {}  # by pid of the main process
        self._groups: dict[tuple[int, str], list[Task]] = {}  # by batch and name
        self._batch = 0
        self._put_off: list[Task] = []  # claimed, and waiting for others to end
        self._retry_due = False
        self._waiting: list[Task] = []  # main process ended, group not empty yet
        self._group_poll = _FIRST_GROUP_POLL
        self._watched: set[str] = set()
        self._printed: dict[str, None] = {}
        self._last_notice = 0.0
        self._notice_due = False
        self._terminating = False
        self._operations = {
            "start": self._on_start,
            "cancel": self._on_cancel,
            "kill": self._on_kill,
            "watch": self._on_watch,
        }
        self._signals = _catch_signals()
        self.loop.on_readable(self._signals, self._on_signals)

    def run(self) -> None:
        """Serve until the launcher is gone, or this process is told to end, and every task is over."""
        while self._tasks or (self._channel.is_open and not self._terminating):
            self.loop.run_once(wait=not self._queue)
            self._start_some()
            self._send_events()

    # Messages of the launcher

    def _on_line(self, line: bytes) -> None:
        try:
            message = json.loads(line)
            self._operations[message["op"]](message)
        except Exception as error:  # noqa: BLE001 - one odd message must not end the service for the others
            self._report(error)

    def _on_start(self, message: dict[str, Any]) -> None:
        environ = encode_environ(message["environ"])
        self._batch += 1
        for app in message["apps"]:
            try:
                self._enqueue(Task(app, environ, self._batch, self))
            except START_ERRORS as error:
                self._refuse(str(app["app_id"]), error)

    def _enqueue(self, task: Task) -> None:
        if self._terminating:
            raise OSError(errno.ESHUTDOWN, "the supervisor was told to end")
        if task.id in self._tasks:
            raise FileExistsError(errno.EEXIST, "an app of this id is running")
        self._tasks[task.id] = task
        self._queue.append(task)
        if task.group:
            self._groups.setdefault(task.group, []).append(task)

    def _on_cancel(self, message: dict[str, Any]) -> None:
        for task in self._find(message):
            task.stop("cancelled", float(message.get("grace", task.grace)))

    def _on_kill(self, message: dict[str, Any]) -> None:
        for task in self._find(message):
            task.kill()

    def _on_watch(self, message: dict[str, Any]) -> None:
        for task in self._find(message):
            self._watched.add(task.id)
            self.task_printed(task)  # what it printed before anybody watched

    def _find(self, message: dict[str, Any]) -> list[Task]:
        return [self._tasks[i] for i in message["app_ids"] if i in self._tasks]

    # Starting

    def _start_some(self) -> None:
        end = time.monotonic() + _SPAWN_SLICE
        while self._queue and time.monotonic() < end:
            self._start(self._queue.popleft())

    def _start(self, task: Task) -> None:
        position = len(self._events)
        try:
            task.begin()
        except START_ERRORS as error:
            self._refuse(task.id, error)
            self._forget(task)
            return
        event = {"event": "accepted", "app_id": task.id, "started_at": task.started_at}
        self._events.insert(position, event)  # before the end of one that was cancelled in the queue

    def put_off(self, task: Task) -> bool:
        """Start a task later, when others have ended; False if there are none, or only of its group."""
        others = (*self._running.values(), *self._waiting)
        if all(task.group and other.group == task.group for other in others):
            return False
        self._put_off.append(task)
        self._retry_later()
        return True

    def _retry_later(self) -> None:
        if not self._retry_due:
            self._retry_due = True
            self.loop.call_later(_RETRY_INTERVAL, self._retry_again)

    def _retry_again(self) -> None:
        self._retry_due = False
        self._retry()

    def _retry(self) -> None:
        """Start what was put off up to the first that still cannot; end those that were stopped."""
        tasks, self._put_off = self._put_off, []
        is_short = False
        for task in tasks:
            if is_short and not task.is_unwanted:
                self._put_off.append(task)
                continue
            with_others = len(self._put_off)
            self.loop.call(self._proceed, task)
            is_short = is_short or len(self._put_off) > with_others
        if self._put_off:
            self._retry_later()

    def _proceed(self, task: Task) -> None:
        try:  # noqa: SIM105 - contextlib takes time to import
            task.proceed()
        except START_ERRORS:
            pass  # recorded, and told as its end
        if task.pid is not None and not task.attempt:
            self._emit("started", task, started_at=task.started_at)

    def _refuse(self, app_id: str, error: Exception) -> None:
        number = error.errno if isinstance(error, OSError) else None
        self._events.append({"event": "refused", "app_id": app_id, "errno": number, "message": str(error)})

    # What tasks report

    def task_printed(self, task: Task) -> None:
        if task.id in self._watched:
            self._printed[task.id] = None
            if not self._notice_due:
                self._notice_due = True
                passed = time.monotonic() - self._last_notice
                self.loop.call_later(max(0.0, _NOTICE_INTERVAL - passed), self._notify_output)

    def task_began(self, task: Task) -> None:
        self._running[task.main_pid] = task
        if task.attempt:
            self._emit("restarted", task, pid=task.pid, attempt=task.attempt)

    def task_ended(self, task: Task, status: dict[str, Any]) -> None:
        self._emit("final", task, status=status)
        self._forget(task)

    def await_group(self, task: Task) -> None:
        if not self._waiting:
            self._group_poll = _FIRST_GROUP_POLL
            self.loop.call_later(self._group_poll, self._poll_groups)
        self._waiting.append(task)

    def _forget(self, task: Task) -> None:
        self._tasks.pop(task.id, None)
        if self._put_off:
            self.loop.call_later(0.0, self._retry)
        self._watched.discard(task.id)
        # The first member to end ends its group, however it ended.
        for member in self._groups.pop(task.group, ()) if task.group else ():
            if member is not task:
                member.stop("group ended", member.grace)

    def _notify_output(self) -> None:
        self._notice_due = False
        self._last_notice = time.monotonic()
        if self._channel.backlog < _MOST_BACKLOG:
            self._events.append({"event": "output", "app_ids": list(self._printed)})
        self._printed.clear()

    # Processes

    def _on_signals(self) -> None:
        if signal.SIGTERM in os.read(self._signals, 4096):
            self._terminating = True
            for task in list(self._tasks.values()):
                task.stop("cancelled", task.grace)
        self._reap()

    def _reap(self) -> None:
        # All of them first: what a task leaves behind may have ended together with it.
        ended = [(self._running.pop(pid, None), status) for pid, status in _collect_ended()]
        for task, status in ended:
            if task:
                self.loop.call(task.main_ended, os.waitstatus_to_exitcode(status))
        self._settle_empty_groups(exact=False)

    def _poll_groups(self) -> None:
        self._settle_empty_groups(exact=True)
        if self._waiting:
            self._group_poll = min(self._group_poll * 2, _LAST_GROUP_POLL)
            self.loop.call_later(self._group_poll, self._poll_groups)

    def _settle_empty_groups(self, *, exact: bool) -> None:
        """Let tasks go on whose group is gone; ``exact`` looks through groups that are only zombies."""
        if not self._waiting:
            return
        live = process.fetch_live_groups() if exact else None
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            if process.can_signal(task.main_pid) and (live is None or task.main_pid in live):
                self._waiting.append(task)
            else:
                self.loop.call(task.settle)

    # Events

    def _emit(self, event: str, task: Task, **values: Any) -> None:
        self._events.append({"event": event, "app_id": task.id, **values})

    def _report(self, error: Exception) -> None:
        self._events.append({"event": "error", "message": f"{type(error).__name__}: {error}"})

    def _send_events(self) -> None:
        if self._events:
            self._channel.send(self._events)
            self._events = []


def serve(fd: int) -> None:
    """Be the supervisor of the launcher at the other end of this socket."""
    os.chdir("/")
    server = Server(fd)
    adopt_orphans()
    server.run()


def _identify() -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "start_ticks": process.fetch_start_ticks(os.getpid()),
        "started_at": time.time(),
        "boot_id": process.fetch_boot_id(),
        "host": os.uname().nodename,
    }


def _catch_signals() -> int:
    """Return a descriptor that becomes readable with the numbers of SIGCHLD and SIGTERM."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return reader


def _collect_ended() -> Iterator[tuple[int, int]]:
    """Collect every child that has ended: pid and wait status."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid, status
