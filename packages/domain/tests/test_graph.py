"""Order of units, against a naive model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.graph import DependencyTracker, Progress, Skip, check_graph
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.unit import ExecutionUnit, UnitTask

TASK = UnitTask(id="t", task=ScriptTask(inline="x"), executor=ExecutorSettings())


def unit(unit_id: str, *after: str, kind: Any = "afterok") -> ExecutionUnit:
    return ExecutionUnit(id=unit_id, tasks=(TASK,), after=frozenset(after), dependency_type=kind)


@st.composite
def graphs(draw: st.DrawFn) -> list[ExecutionUnit]:
    """Draw units in any order whose dependencies form no cycle."""
    size = draw(st.integers(1, 9))
    made = []
    for number in range(size):
        after = draw(st.sets(st.integers(0, number - 1))) if number else set()
        kind = draw(st.sampled_from(["afterok", "afterany"]))
        made.append(unit(f"u{number}", *(f"u{i}" for i in after), kind=kind))
    return draw(st.permutations(made))


class NaiveModel:
    """Looks at every unit again after every end."""

    def __init__(self, units: list[ExecutionUnit]) -> None:
        self.units = units
        self.good: dict[str, bool] = {}
        self.started: set[str] = set()

    def ready(self) -> list[str]:
        new = [u.id for u in self.units if u.id not in self.started and self._may_start(u)]
        self.started |= set(new)
        return new

    def end(self, unit_id: str, succeeded: bool) -> tuple[list[str], set[str]]:
        self.good[unit_id] = succeeded
        skipped: set[str] = set()
        while new := {u.id for u in self.units if u.id not in self.good and self._cannot_start(u)}:
            skipped |= new
            self.good.update(dict.fromkeys(new, False))
        return self.ready(), skipped

    def _may_start(self, u: ExecutionUnit) -> bool:
        if u.id in self.good or not u.after <= self.good.keys():
            return False
        return u.dependency_type == "afterany" or all(self.good[i] for i in u.after)

    def _cannot_start(self, u: ExecutionUnit) -> bool:
        return u.dependency_type == "afterok" and any(self.good.get(i) is False for i in u.after)


@settings(max_examples=300)
@given(graphs(), st.data())
def test_the_tracker_does_what_the_naive_model_does(units: list[ExecutionUnit], data: st.DataObject) -> None:
    model, tracker = NaiveModel(units), DependencyTracker(units)
    running = list(tracker.start().ready)
    assert running == model.ready()
    ended: set[str] = set()
    while running:
        unit_id = running.pop(data.draw(st.integers(0, len(running) - 1)))
        succeeded = data.draw(st.booleans())
        progress = tracker.end(unit_id, succeeded=succeeded, label="failed")
        ready, skipped = model.end(unit_id, succeeded)
        assert list(progress.ready) == ready
        assert {skip.unit_id for skip in progress.skipped} == skipped
        assert len(progress.skipped) == len(skipped)
        assert tracker.end(unit_id, succeeded=True, label="again") == Progress()
        running += progress.ready
        ended |= {unit_id, *skipped}
    assert ended == {u.id for u in units}


@given(graphs())
def test_every_level_needs_only_earlier_ones(units: list[ExecutionUnit]) -> None:
    levels = check_graph(units)
    assert sorted(i for level in levels for i in level) == sorted(u.id for u in units)
    by_id = {u.id: u for u in units}
    before: set[str] = set()
    for level in levels:
        assert all(by_id[i].after <= before for i in level)
        before |= set(level)


def test_a_skip_tells_which_dependency_is_the_reason() -> None:
    tracker = DependencyTracker([unit("a"), unit("b", "a"), unit("c", "b"), unit("d", "c", kind="afterany")])
    assert tracker.end("a", succeeded=False, label="failed") == Progress(
        ready=("d",),
        skipped=(Skip("b", "dependency 'a' failed"), Skip("c", "dependency 'b' was skipped")),
    )


def test_what_a_skip_sets_free_stands_in_the_order_of_the_units() -> None:
    units = [
        unit("root"),
        unit("s", "root"),
        unit("late", "s", kind="afterany"),
        unit("x", "root", kind="afterany"),
    ]
    assert DependencyTracker(units).end("root", succeeded=False, label="failed").ready == ("late", "x")


def test_a_long_chain_is_no_deep_recursion() -> None:
    units = [unit("u0"), *(unit(f"u{n}", f"u{n - 1}") for n in range(1, 3000))]
    assert len(DependencyTracker(units).end("u0", succeeded=False, label="failed").skipped) == 2999
    assert len(check_graph(units)) == 3000


def test_ids_are_unique() -> None:
    with pytest.raises(InvalidConfigError, match=r"\['a'\] are used more than once"):
        check_graph([unit("a"), unit("b"), unit("a")])


def test_an_unknown_dependency_is_named() -> None:
    with pytest.raises(InvalidConfigError, match=r"'b' depends on \['x', 'y'\]"):
        check_graph([unit("a"), unit("b", "y", "a", "x")])


def test_a_cycle_is_named() -> None:
    with pytest.raises(InvalidConfigError, match="cycle") as caught:
        check_graph([unit("a", "c"), unit("b", "a"), unit("c", "b"), unit("d")])
    names = str(caught.value).partition(": ")[2].split(" -> ")
    assert names[0] == names[-1]
    assert set(names) == {"a", "b", "c"}


def test_a_unit_that_waits_for_itself_is_a_cycle() -> None:
    with pytest.raises(InvalidConfigError, match="a -> a"):
        check_graph([unit("a", "a")])


def test_no_units_have_no_levels() -> None:
    assert check_graph([]) == []
    assert DependencyTracker([]).start() == Progress()
