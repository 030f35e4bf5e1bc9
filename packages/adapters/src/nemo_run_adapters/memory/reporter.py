"""Keeping what was reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from nemo_run_application.events import Event

EventT = TypeVar("EventT", bound=Event)


@dataclass(slots=True)
class RecordingReporter:
    """Remembers every event.

    Attributes:
        events: In the order they came.
        closed: Whether ``close`` was called.
    """

    events: list[Event] = field(default_factory=list[Event])
    closed: bool = False

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed = True

    def of(self, kind: type[EventT]) -> list[EventT]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]
