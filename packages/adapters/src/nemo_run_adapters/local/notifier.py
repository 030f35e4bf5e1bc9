"""Telling those who wait that a local job changed or printed something."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from nemo_run_adapters.local.client import SupervisorClient

Callback = Callable[[], None]


class NotifyingClient(SupervisorClient):
    """A client whose reading thread calls back on everything it hears of the jobs of this process.

    Jobs of other processes are not heard of.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._callbacks: dict[int, Callback] = {}
        super().__init__()

    def subscribe(self, callback: Callback) -> Callback:
        number = next(self._numbers)
        self._callbacks[number] = callback
        return lambda: self._unsubscribe(number)

    def _unsubscribe(self, number: int) -> None:
        self._callbacks.pop(number, None)

    def _on_events(self, link: Any, events: list[dict[str, Any]]) -> None:
        super()._on_events(link, events)
        self._call_back()

    def _on_end(self) -> None:
        super()._on_end()
        self._call_back()

    def _call_back(self) -> None:
        for callback in list(self._callbacks.values()):
            callback()
