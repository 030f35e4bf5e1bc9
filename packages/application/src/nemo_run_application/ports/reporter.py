"""Telling people and programs what happens."""

from __future__ import annotations

from typing import Protocol

from nemo_run_application.events import Event


class Reporter(Protocol):
    """Receives every event of a run, in order, from one thread at a time."""

    def emit(self, event: Event) -> None:
        """Show or record one event; must not raise."""
        ...

    def close(self) -> None:
        """Show what was held back; nothing is emitted afterwards. May be called twice."""
        ...
