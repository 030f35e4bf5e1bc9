"""One task, from its claim to its final record."""

from __future__ import annotations

import os
import signal
import time

from nemo_run_adapters.local import process
from nemo_run_adapters.local.supervisor import files
from nemo_run_adapters.local.supervisor.output import Logs, Stream
from nemo_run_adapters.local.supervisor.spawn import SHORTAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from nemo_run_adapters.local.supervisor.loop import Loop
    from nemo_run_adapters.local.supervisor.spawn import Environ, Spawner

    class Host(Protocol):
        """What a task needs of the supervisor around it."""

        loop: Loop
        spawner: Spawner
        clock: process.StartClock
        identity: dict[str, Any]

        def task_printed(self, task: Task) -> None: ...
        def task_began(self, task: Task) -> None: ...
        def put_off(self, task: Task) -> bool: ...
        def task_ended(self, task: Task, status: dict[str, Any]) -> None: ...
        def await_group(self, task: Task) -> None: ...


# What a system or a malformed order can make of a start.
START_ERRORS = (OSError, ValueError, LookupError, TypeError, AttributeError)


class Task:
    """An app, its process group, its pipes and its records.

    It is *queued* until ``begin``, then *runs* (once per attempt) until ``main_ended``, is *left over*
    until its process group is empty (``settle``), and then either runs again or *is over*.

    Attributes:
        app: The launcher's order.
        group: Batch and name of the tasks that end together with this one.
        pid: Of the main process of the latest attempt; also the id of its group.
        attempt: From 0.
        is_over: The final status is recorded.
    """

    def __init__(self, app: dict[str, Any], environ: Environ, batch: int, host: Host) -> None:
        self.app = app
        self.id: str = app["app_id"]
        group = app.get("group")
        self.group = None if group is None else (batch, str(group))
        self.grace = float(app.get("grace", 10.0))
        self.pid: int | None = None
        self.attempt = 0
        self.is_over = False
        self.started_at: float | None = None
        self._dir: str = app["app_dir"]
        self._role: str = app["role"]
        self._retries = int(app.get("retries", 0))
        self._environ = environ
        self._host = host
        self._logs: Logs | None = None
        self._streams: list[Stream] = []
        self._stop_reason: str | None = None
        self._result: int | None = None  # exit code, or minus the signal; None while running
        self._stopped_first = False  # asked to stop before the main process ended
        self._problem: OSError | None = None
        if not (self._dir.startswith("/") and app["cwd"].startswith("/")):
            raise ValueError("the folder and the working directory of an app must be absolute")
        if "/" in self._role or not app["argv"]:
            raise ValueError("an app needs a role without a slash, and a command")

    @property
    def main_pid(self) -> int:
        """The pid of a task that was started."""
        assert self.pid is not None  # noqa: S101
        return self.pid

    # Starting

    def begin(self) -> None:
        """Claim the app and start its first attempt, unless it was cancelled before.

        Raises:
            OSError: Refused; when the app was claimed, this is recorded as its end.
            ValueError: The same, as for all of ``START_ERRORS``.
        """
        files.make_folders(self._dir, self._role)
        files.claim(self._dir, self._host.identity)
        self.proceed()

    def proceed(self) -> None:
        """Start the attempt that is due, or put it off until there is enough of what it needs.

        Raises:
            OSError: It cannot start, which is recorded as the end; the same for all of ``START_ERRORS``.
        """
        if self.is_unwanted:
            self._finish_cancelled()
            return
        try:
            if self._logs is None:
                self._logs = Logs(f"{self._dir}/{self._role}/0")
            self._spawn()
        except START_ERRORS as error:
            if not isinstance(error, OSError) or error.errno not in SHORTAGES:
                self._finish_unstarted(error)
                raise
            self._wait_for_room(error)
            return
        self._host.task_began(self)

    @property
    def is_unwanted(self) -> bool:
        """Whether somebody has asked for a stop."""
        return bool(self._stop_reason) or self._is_marked()

    def _wait_for_room(self, error: OSError) -> None:
        if not self._host.put_off(self):
            hopeless = OSError(
                error.errno, f"{error.strerror}, and nothing else runs here whose end could help"
            )
            self._finish_unstarted(hopeless)
            raise hopeless from error
        # Hold neither descriptors nor the id of a process that has ended.
        self.pid = None
        if self._logs is not None:
            self._logs.close()
            self._logs = None

    def _spawn(self) -> None:
        self._result = None
        self._streams = []
        try:
            for index in (0, 1):
                self._streams.append(Stream(self._host.loop, lambda data, i=index: self._print(i, data)))
            tick = self._host.clock.read()
            self.pid = self._host.spawner.spawn(
                self.app["argv"],
                self._build_environ(),
                self.app["cwd"],
                *(stream.write_end for stream in self._streams),
            )
        except BaseException:
            self._close_streams()
            raise
        finally:
            for stream in self._streams:
                stream.close_write_end()
        self._record_process(self.pid, self._host.clock.fetch_start(self.pid, tick))
        if self._is_marked():
            self.stop("cancelled", self.grace)

    def _build_environ(self) -> Environ:
        environ = dict(self._environ)
        for key, value in self.app.get("env", {}).items():
            environ[os.fsencode(key)] = os.fsencode(value)
        environ[b"NEMORUN_ATTEMPT"] = b"%d" % self.attempt
        environ[b"TORCHX_MAX_RETRIES"] = b"%d" % self._retries
        return environ

    def _record_process(self, pid: int, start_ticks: int | None) -> None:
        now = time.time()
        self.started_at = self.started_at or now
        owner = self._host.identity
        record = {
            "app_id": self.id,
            "pid": pid,
            "pgid": pid,
            "start_ticks": start_ticks,
            "boot_id": owner["boot_id"],
            "host": owner["host"],
            "supervisor_pid": owner["pid"],
            "supervisor_start_ticks": owner["start_ticks"],
            "supervisor_started_at": owner["started_at"],
            "role": self._role,
            "attempt": self.attempt,
            "started_at": now,
            "first_started_at": self.started_at,
        }
        self._write(files.PROCESS, record)

    # Stopping

    def stop(self, reason: str, grace: float) -> None:
        """Ask the whole group to end, and make it end after ``grace`` seconds."""
        if self.is_over:
            return
        self._stop_reason = self._stop_reason or reason
        if self.pid is not None:
            process.signal_group(self.pid, signal.SIGTERM)
            self._kill_later(grace)

    def kill(self) -> None:
        """End the whole group at once."""
        self.stop("cancelled", self.grace)
        if self.pid is not None and not self.is_over:
            process.signal_group(self.pid, signal.SIGKILL)

    def _kill_later(self, grace: float) -> None:
        attempt = self.attempt

        def kill_what_is_left() -> None:
            if self.pid is not None and not self.is_over and self.attempt == attempt:
                process.signal_group(self.pid, signal.SIGKILL)

        self._host.loop.call_later(grace, kill_what_is_left)

    # Ending

    def main_ended(self, result: int) -> None:
        """Note how the main process ended (as ``os.waitstatus_to_exitcode`` tells), and see to the rest."""
        self._result = result
        self._stopped_first = self._stop_reason is not None
        if not process.can_signal(self.main_pid):
            self.settle()
            return
        if not self._stop_reason:
            process.signal_group(self.main_pid, signal.SIGTERM)
            self._kill_later(self.grace)
        self._host.await_group(self)

    def settle(self) -> None:
        """Go on once nothing of the group is left: record the end, or start the next attempt."""
        for stream in self._streams:
            stream.drain()
        self._close_streams()
        if self._stopped_first or self._is_marked():
            self._finish_cancelled()
        elif self._result == 0:
            self._finish("SUCCEEDED")
        elif self._stop_reason:
            self._finish_cancelled()
        elif self.attempt < self._retries:
            self._restart()
        else:
            self._finish_failed()

    def _restart(self) -> None:
        end = files.describe_end(*self._split_result())
        note = f"attempt {self.attempt + 1} of {self._retries + 1} failed with {end}; starting again"
        self._open_logs.start_attempt(self.attempt, note)
        self.attempt += 1
        try:  # noqa: SIM105 - contextlib takes time to import
            self.proceed()
        except START_ERRORS:
            pass  # recorded

    def _finish_failed(self) -> None:
        code, number = self._split_result()
        reason = "error" if number is None else "killed"
        self._finish("FAILED", reason, files.describe_end(code, number))

    def _finish_cancelled(self) -> None:
        reason = self._stop_reason or "cancelled"
        self._finish("CANCELLED", reason, reason if self.started_at else f"{reason} before it started")

    def _finish_unstarted(self, error: Exception) -> None:
        self._result = None
        self._finish("FAILED", "start failed", str(error))

    def _finish(self, state: str, reason: str | None = None, message: str | None = None) -> None:
        """Record the end, last of all; what the task printed is in the files already."""
        code, number = self._split_result()
        status = files.build_status(
            self.id,
            state,
            exit_code=code,
            signal=number,
            reason=reason,
            message=self._add_problems(message),
            started_at=self.started_at,
            ended_at=time.time(),
            restarts=self.attempt,
        )
        if self._logs is not None:
            self._logs.close()
        self._write(files.SUMMARY, self._build_summary(status))
        self._write(files.STATUS, status)
        status["message"] = self._add_problems(message)
        self.is_over = True
        self._host.task_ended(self, status)

    def _build_summary(self, status: dict[str, Any]) -> dict[str, Any]:
        error_file = self.app.get("env", {}).get("TORCHELASTIC_ERROR_FILE")
        summary = files.build_summary(self._dir, self._role, status, pid=self.pid, error_file=error_file)
        return {**summary, **self.app.get("final_file_extra", {})}

    # Helpers

    def _print(self, stream: int, data: bytes) -> None:
        self._open_logs.write(stream, data)
        self._host.task_printed(self)

    @property
    def _open_logs(self) -> Logs:
        assert self._logs is not None  # noqa: S101 - opened before the first spawn
        return self._logs

    def _close_streams(self) -> None:
        for stream in self._streams:
            stream.close()

    def _is_marked(self) -> bool:
        """Whether another process has asked for a cancel."""
        return os.path.exists(f"{self._dir}/{files.CANCEL}")

    def _split_result(self) -> tuple[int | None, int | None]:
        """The exit code and the signal; at most one of them is known."""
        if self._result is None:
            return None, None
        return (self._result, None) if self._result >= 0 else (None, -self._result)

    def _write(self, name: str, record: dict[str, Any]) -> None:
        try:
            files.write_json(f"{self._dir}/{name}", record)
        except OSError as error:
            self._problem = error

    def _add_problems(self, message: str | None) -> str | None:
        parts = [message] if message else []
        if self._logs is not None and self._logs.problem:
            parts.append(f"some output is lost: {self._logs.problem}")
        if self._problem:
            parts.append(f"a record could not be written: {self._problem}")
        return "; ".join(parts) or None
