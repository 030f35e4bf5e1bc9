"""Time, so that tests need not wait."""

from __future__ import annotations

import threading
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds from some fixed moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after that time."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return once ``event`` is set or the time is over; whether it is set."""
        ...
