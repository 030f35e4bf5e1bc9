"""What every notifier promises."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from acts import DEADLINE, Act, MakeUnit, wait_until_final

from nemo_run_application.backends import Connection
from nemo_run_domain.job import JobHandle


class NotifierContract(ABC):
    """What every ``Notifier`` promises; subclass it and provide the two fixtures."""

    @pytest.fixture
    @abstractmethod
    def connection(self) -> Connection:
        """Return an open connection that has a notifier."""

    @pytest.fixture
    @abstractmethod
    def make_unit(self, tmp_path: Path) -> MakeUnit:
        """Return what prepares units; see ``acts.prepared_unit``."""

    @pytest.fixture
    def notifier(self, connection: Connection) -> Any:
        assert connection.notifier is not None
        return connection.notifier

    @pytest.fixture
    def start(self, connection: Connection, make_unit: MakeUnit) -> Iterator[Callable[..., JobHandle]]:
        begun: list[JobHandle] = []

        def start(act: Act, name: str = "job") -> JobHandle:
            plans = connection.scheduler.plan([make_unit(act, name=name)])
            (result,) = connection.scheduler.submit(plans)
            begun.extend(result.handles)  # type: ignore[union-attr]
            return begun[-1]

        yield start
        connection.scheduler.cancel(begun)
        wait_until_final(connection.scheduler, begun)
        connection.scheduler.close()

    def _follow(self, connection: Connection, handle: JobHandle, called: threading.Event) -> None:
        """Return once the job has ended, asking only after having been told."""
        while not connection.scheduler.poll([handle])[handle].is_final:
            assert called.wait(DEADLINE), "nobody told that the job has ended"
            called.clear()

    def test_the_end_of_a_job_is_told(self, connection: Connection, notifier: Any, start: Any) -> None:
        called = threading.Event()
        end = notifier.subscribe(called.set)
        self._follow(connection, start(Act(prints="text\n")), called)
        end()

    def test_a_cancelled_job_is_told(self, connection: Connection, notifier: Any, start: Any) -> None:
        called = threading.Event()
        end = notifier.subscribe(called.set)
        handle = start(Act(stays=True))
        connection.scheduler.cancel([handle])
        self._follow(connection, handle, called)
        end()

    def test_every_subscriber_is_told(self, connection: Connection, notifier: Any, start: Any) -> None:
        events = [threading.Event(), threading.Event()]
        ends = [notifier.subscribe(event.set) for event in events]
        start(Act())
        assert all(event.wait(DEADLINE) for event in events)
        for end in ends:
            end()

    def test_nobody_is_told_behind_the_end(self, connection: Connection, notifier: Any, start: Any) -> None:
        calls: list[int] = []
        end = notifier.subscribe(lambda: calls.append(1))
        end()
        end()
        called = threading.Event()
        end_other = notifier.subscribe(called.set)
        self._follow(connection, start(Act()), called)
        end_other()
        assert calls == []

    def test_one_callback_may_subscribe_twice(
        self, connection: Connection, notifier: Any, start: Any
    ) -> None:
        called = threading.Event()
        first, second = notifier.subscribe(called.set), notifier.subscribe(called.set)
        first()
        self._follow(connection, start(Act()), called)
        second()
