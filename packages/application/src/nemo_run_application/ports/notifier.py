"""Being told that something happened, instead of asking again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Notifier(Protocol):
    """Calls back when a job of this backend may have changed or printed something.

    Every implementation passes ``NotifierContract`` in ``tests/contract``.
    """

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` from any thread on each change; returns what ends that.

        The callback must be quick and must not raise. A call too many does no harm.
        """
        ...
