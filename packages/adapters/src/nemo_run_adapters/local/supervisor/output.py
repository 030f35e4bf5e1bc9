"""What a task prints: from its two pipes to its three log files."""

from __future__ import annotations

import os

from nemo_run_adapters.local.supervisor import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nemo_run_adapters.local.supervisor.loop import Loop

_CHUNK = 1 << 16
# More than a pipe holds by default, and as much as an unprivileged process can make it hold.
_MOST_LEFT_IN_PIPE = 1 << 20
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_STREAMS = (files.STDOUT, files.STDERR)


class Logs:
    """The log files of one replica: one for each stream, and both in order of arrival.

    Attributes:
        problem: The last error while writing; output is then lost, but the task goes on.
    """

    def __init__(self, folder: str) -> None:
        self.problem: OSError | None = None
        self._folder = folder
        self._fds: list[int] = []
        self._last_stream = 0
        self._in_line = False
        try:
            for name in (*_STREAMS, files.COMBINED):
                self._fds.append(self._open(name))
        except OSError:
            self.close()
            raise

    def write(self, stream: int, data: bytes) -> None:
        """Add what arrived on stream 0 (stdout) or 1 (stderr)."""
        switched = self._in_line and stream != self._last_stream
        self._last_stream = stream
        self._in_line = not data.endswith(b"\n")
        self._append(stream, data)
        self._append(2, b"\n" + data if switched else data)

    def start_attempt(self, number: int, note: str) -> None:
        """Set what an attempt left behind aside, and say so in the combined log, which readers follow."""
        self._append(2, f"{chr(10) if self._in_line else ''}[nemo_run] {note}\n".encode())
        self._in_line = False
        try:
            self._set_aside(f"{self._folder}/attempt_{number}")
        except OSError as error:
            self.problem = error

    def close(self) -> None:
        for fd in self._fds:
            os.close(fd)
        self._fds = []

    def _set_aside(self, folder: str) -> None:
        os.mkdir(folder, 0o700)
        for name in (files.ERROR_FILE, files.RESULT_FILE):
            try:  # noqa: SIM105 - contextlib takes time to import
                os.rename(f"{self._folder}/{name}", f"{folder}/{name}")
            except FileNotFoundError:
                pass
        for stream, name in enumerate(_STREAMS):
            os.rename(f"{self._folder}/{name}", f"{folder}/{name}")
            os.close(self._fds[stream])
            self._fds[stream] = self._open(name)

    def _open(self, name: str) -> int:
        return os.open(f"{self._folder}/{name}", _APPEND, 0o600)

    def _append(self, index: int, data: bytes) -> None:
        try:
            files.write_all(self._fds[index], data)
        except OSError as error:
            self.problem = error


class Stream:
    """The reading end of a task's pipe.

    Attributes:
        write_end: What the task gets; to be closed once it has it.
    """

    def __init__(self, loop: Loop, sink: Callable[[bytes], object]) -> None:
        self._loop = loop
        self._sink = sink
        self._fd, self.write_end = os.pipe()
        os.set_blocking(self._fd, False)
        loop.on_readable(self._fd, self._read)

    def drain(self) -> None:
        """Take what is in the pipe, without waiting for those who still hold its other end."""
        taken = 0
        while taken < _MOST_LEFT_IN_PIPE and (size := self._read()):
            taken += size

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.forget(self._fd)
            os.close(self._fd)
            self._fd = -1

    def close_write_end(self) -> None:
        os.close(self.write_end)

    def _read(self) -> int:
        if self._fd < 0:
            return 0
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return 0
        if data:
            self._sink(data)
        else:
            self.close()
        return len(data)
