"""A clock that goes on when it is told to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class FakeClock:
    """Time that passes only through ``advance``, ``sleep`` and ``wait``, and then at once.

    Attributes:
        time: Seconds since the epoch.
        slept: Seconds of every ``sleep`` and of every ``wait`` that was not cut short.
    """

    time: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list[float])
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self.time += max(0.0, seconds)

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if not event.is_set():
            self.sleep(seconds)
        return event.is_set()
