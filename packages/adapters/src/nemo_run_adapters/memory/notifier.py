"""Telling those who wait that something changed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

Callback = Callable[[], None]


@dataclass(slots=True)
class MemoryNotifier:
    """Calls back on each change that somebody made; time alone tells nobody."""

    _numbers: itertools.count[int] = field(init=False, default_factory=itertools.count)
    _callbacks: dict[int, Callback] = field(init=False, default_factory=dict[int, Callback])

    def subscribe(self, callback: Callback) -> Callback:
        number = next(self._numbers)
        self._callbacks[number] = callback
        return lambda: self._end(number)

    def notify(self) -> None:
        """Call everybody back."""
        for callback in list(self._callbacks.values()):
            callback()

    def _end(self, number: int) -> None:
        self._callbacks.pop(number, None)
