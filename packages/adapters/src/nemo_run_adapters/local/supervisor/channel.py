"""JSON lines between the supervisor and its launcher, over one non-blocking socket."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nemo_run_adapters.local.supervisor.loop import Loop

_READ_SIZE = 1 << 20
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Channel:
    """The way to the launcher, which may be slow, confused or gone; none of that is an error here.

    Attributes:
        is_open: False once the launcher has closed its end.
        backlog: Bytes that the launcher has not taken yet.
    """

    def __init__(self, fd: int, loop: Loop, on_line: Callable[[bytes], None]) -> None:
        self.is_open = True
        self._fd = fd
        self._loop = loop
        self._on_line = on_line
        self._incoming: list[bytes] = []
        self._outgoing = bytearray()
        self._write_fd = -1
        os.set_blocking(fd, False)
        loop.on_readable(fd, self._read)

    @property
    def backlog(self) -> int:
        return len(self._outgoing)

    def send(self, events: list[dict[str, Any]]) -> None:
        """Send one line with these events now, or as soon as the launcher takes it."""
        if self.is_open:
            self._outgoing += _encode(events).encode() + b"\n"
            if self._write_fd < 0:
                self._write()

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close()
            return
        first, newline, rest = data.partition(b"\n")
        self._incoming.append(first)
        if newline:
            *lines, last = [b"".join(self._incoming), *rest.split(b"\n")]
            self._incoming = [last]
            for line in lines:
                self._on_line(line)

    def _write(self) -> None:
        try:
            while self._outgoing:
                del self._outgoing[: os.write(self._fd, self._outgoing)]
        except BlockingIOError:
            self._wait_for_room()
            return
        except OSError:
            self._outgoing.clear()  # nobody listens any more; reading will tell the same
        self._stop_waiting()

    def _wait_for_room(self) -> None:
        if self._write_fd < 0:
            # A selector knows each descriptor once, and the original is registered for reading.
            self._write_fd = os.dup(self._fd)
            self._loop.on_writable(self._write_fd, self._write)

    def _stop_waiting(self) -> None:
        if self._write_fd >= 0:
            self._loop.forget(self._write_fd)
            os.close(self._write_fd)
            self._write_fd = -1

    def _close(self) -> None:
        self.is_open = False
        self._outgoing.clear()
        self._stop_waiting()
        self._loop.forget(self._fd)
        os.close(self._fd)
