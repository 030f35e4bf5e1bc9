"""What every source of results promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from acts import Act, MakeUnit, wait_until_final

from nemo_run_application.backends import Connection
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.job import JobHandle


class Alarm:
    """A value that notes when it is loaded."""

    loaded = 0

    def __reduce__(self) -> tuple[Callable[[], Alarm], tuple[()]]:
        return Alarm.load, ()

    @staticmethod
    def load() -> Alarm:
        Alarm.loaded += 1
        return Alarm()


class ResultsContract(ABC):
    """What every ``ResultSource`` promises; subclass it and provide the fixtures."""

    @pytest.fixture
    @abstractmethod
    def connection(self) -> Connection:
        """Return an open connection that has results."""

    @pytest.fixture
    @abstractmethod
    def make_unit(self, tmp_path: Path) -> MakeUnit:
        """Return what prepares units that leave nothing behind."""

    @pytest.fixture
    @abstractmethod
    def returning(self, tmp_path: Path) -> Callable[[Any], PreparedUnit]:
        """Return what prepares a unit that returns the given value."""

    @pytest.fixture
    @abstractmethod
    def raising(self, tmp_path: Path) -> Callable[[str], PreparedUnit]:
        """Return what prepares a unit that raises ``RuntimeError`` with the given message."""

    @pytest.fixture
    def results(self, connection: Connection) -> Any:
        assert connection.results is not None
        return connection.results

    @pytest.fixture
    def ended(self, connection: Connection) -> Iterator[Callable[[PreparedUnit], JobHandle]]:
        def ended(unit: PreparedUnit) -> JobHandle:
            (result,) = connection.scheduler.submit(connection.scheduler.plan([unit]))
            wait_until_final(connection.scheduler, result.handles)  # type: ignore[union-attr]
            return result.handles[0]  # type: ignore[union-attr]

        yield ended
        connection.scheduler.close()

    @pytest.mark.parametrize("value", [None, 0, "text", [1, {"a": 2.5}]])
    def test_what_a_task_returned_is_fetched(
        self, results: Any, ended: Any, returning: Any, value: Any
    ) -> None:
        handle = ended(returning(value))
        assert results.fetch([handle]) == {handle: TaskResult(value=value)}

    @pytest.mark.parametrize(
        "value", [None, 5, "text", {"a": [2.5]}, (1, "two"), {1, 2}, {3: b"x"}], ids=repr
    )
    def test_values_of_pythons_own_types_need_no_trust(
        self, results: Any, ended: Any, returning: Any, value: Any
    ) -> None:
        handle = ended(returning(value))
        assert results.fetch([handle], trusted=False) == {handle: TaskResult(value=value)}

    @pytest.mark.parametrize(
        "wrap", [lambda value: value, lambda value: {"x": (value,)}], ids=["bare", "inside"]
    )
    def test_without_trust_nothing_is_loaded_that_a_value_names(
        self, results: Any, ended: Any, returning: Any, wrap: Any
    ) -> None:
        handle = ended(returning(wrap(Alarm())))
        before = Alarm.loaded
        value = results.fetch([handle], trusted=False)[handle].value
        assert isinstance(value, str)
        assert "not loaded" in value
        assert Alarm.loaded == before

    def test_what_a_task_raised_is_fetched(self, results: Any, ended: Any, raising: Any) -> None:
        handle = ended(raising("no such luck"))
        exception = results.fetch([handle])[handle].exception
        assert (exception.type, exception.message) == ("builtins.RuntimeError", "no such luck")

    def test_jobs_without_a_result_are_left_out(self, results: Any, ended: Any, make_unit: Any) -> None:
        handle = ended(make_unit(Act(exit_code=1)))
        assert results.fetch([handle, JobHandle(handle.backend, "999999"), JobHandle("any", "1")]) == {}
        assert results.fetch([]) == {}
