"""Getting ready before a launch: once per connection, and nothing that fails is told yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nemo_run_application.backends import Backend, BackendRegistry, ConnectContext, Connection
from nemo_run_application.services import Connections, Services
from nemo_run_application.warm_up import warm_up
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.executor import ExecutorSettings


@dataclass(kw_only=True)
class Settings(ExecutorSettings):
    place: str = "here"


@dataclass
class Calls:
    warmed: list[str] = field(default_factory=list)

    def services(self, *, can_warm: bool = True) -> Services:
        def connect(_context: ConnectContext, settings: Any) -> Connection:
            if settings.place == "down":
                raise BackendUnavailableError("nobody answers")
            call = (lambda: self.warmed.append(settings.place)) if can_warm else None
            return Connection(scheduler=object(), warm_up=call)  # type: ignore[arg-type]

        backend = Backend(
            name="b", settings=Settings, connect=connect, connection_key=lambda settings: settings.place
        )
        connections = Connections(BackendRegistry(lambda: [backend]), ConnectContext(home="/home"))
        return Services(connections=connections, **dict.fromkeys(("store", "files", "reporter", "clock")))  # type: ignore[arg-type]


def test_each_connection_gets_ready_once() -> None:
    calls = Calls()
    warm_up(calls.services(), [Settings(), Settings(), Settings(place="there"), Settings()])
    assert calls.warmed == ["here", "there"]


def test_a_backend_that_cannot_be_reached_does_not_stop_the_others() -> None:
    calls = Calls()
    warm_up(calls.services(), [Settings(place="down"), Settings()])
    assert calls.warmed == ["here"]


def test_backends_need_not_get_ready() -> None:
    calls = Calls()
    warm_up(calls.services(can_warm=False), [Settings()])
    assert calls.warmed == []
