"""File descriptors and timers of the supervisor, one thread."""

from __future__ import annotations

import heapq
import selectors
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Loop:
    """Calls back when a descriptor is ready or a time has come; no callback can end it.

    Attributes:
        on_error: Told about an exception that escaped from a callback.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self.on_error = on_error
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0

    def on_readable(self, fd: int, callback: Callable[[], object]) -> None:
        self._selector.register(fd, selectors.EVENT_READ, callback)

    def on_writable(self, fd: int, callback: Callable[[], object]) -> None:
        self._selector.register(fd, selectors.EVENT_WRITE, callback)

    def forget(self, fd: int) -> None:
        """Stop watching a descriptor, before it is closed."""
        self._selector.unregister(fd)

    def call_later(self, seconds: float, callback: Callable[[], object]) -> None:
        """Call back once; there is no way to take it back, so callbacks look before they act."""
        self._count += 1
        heapq.heappush(self._timers, (time.monotonic() + seconds, self._count, callback))

    def run_once(self, *, wait: bool) -> None:
        """Make the calls that are due; with ``wait``, sleep until there is one."""
        for key, _ in self._selector.select(self._timeout() if wait else 0):
            self.call(key.data)
        while self._timers and self._timers[0][0] <= time.monotonic():
            self.call(heapq.heappop(self._timers)[2])

    def call(self, callback: Callable[..., object], *args: object) -> None:
        """Call now; a mistake in the handling of one task must not cost the exit codes of all others."""
        try:
            callback(*args)
        except Exception as error:  # noqa: BLE001
            self.on_error(error)

    def _timeout(self) -> float | None:
        return max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None
