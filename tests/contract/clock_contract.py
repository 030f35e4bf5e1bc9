"""What every clock promises."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any

import pytest

SHORT = 0.002
TOLERANCE = 1e-4


class ClockContract(ABC):
    """What every ``Clock`` promises; subclass it and provide the fixture."""

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Any:
        """Return the clock."""

    def test_it_tells_seconds_since_the_epoch(self, clock: Any) -> None:
        year_2020, year_2100 = 1.58e9, 4.1e9
        assert year_2020 < clock.now() < year_2100

    def test_monotonic_time_never_goes_back(self, clock: Any) -> None:
        times = [clock.monotonic() for _ in range(100)]
        assert times == sorted(times)

    def test_sleep_lets_time_pass(self, clock: Any) -> None:
        before = clock.monotonic()
        clock.sleep(SHORT)
        assert clock.monotonic() >= before + SHORT - TOLERANCE

    @pytest.mark.parametrize("seconds", [0, -1.0])
    def test_there_may_be_nothing_to_wait_for(self, clock: Any, seconds: float) -> None:
        clock.sleep(seconds)
        assert clock.wait(threading.Event(), seconds) is False

    def test_a_set_event_ends_the_wait_at_once(self, clock: Any) -> None:
        event = threading.Event()
        event.set()
        before = clock.now()
        assert clock.wait(event, 3600.0) is True
        assert clock.now() < before + 3600.0

    def test_an_event_that_is_never_set_ends_with_the_time(self, clock: Any) -> None:
        before = clock.monotonic()
        assert clock.wait(threading.Event(), SHORT) is False
        assert clock.monotonic() >= before + SHORT - TOLERANCE
