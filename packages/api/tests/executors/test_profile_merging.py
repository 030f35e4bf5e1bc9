"""Putting tables of profiles on top of each other."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run.core.execution._profiles.chain import CircleError, linearised
from nemo_run.core.execution._profiles.merge import merged, plain, united, without

SCALARS = st.none() | st.booleans() | st.integers() | st.just("X") | st.lists(st.integers(), max_size=2)


def tables(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Tables whose type, where they have one, is always the same."""
    return st.fixed_dictionaries({}, optional={"type": st.just("X"), "a": parts, "b": parts, "c": parts})


VALUES = st.recursive(SCALARS, tables, max_leaves=8)
TABLES = tables(VALUES)


@given(VALUES, VALUES, VALUES)
def test_it_does_not_matter_which_are_merged_first(first: Any, second: Any, third: Any) -> None:
    assert merged(merged(first, second), third) == merged(first, merged(second, third))


@given(TABLES, TABLES)
def test_what_is_above_wins(below: dict[str, Any], above: dict[str, Any]) -> None:
    found = merged(below, above)
    assert set(found) == {*below, *above}
    for key, value in above.items():
        if not isinstance(value, dict):
            assert found[key] == value
    for key in below.keys() - above.keys():
        assert found[key] == below[key]


@given(TABLES)
def test_nothing_above_or_below_changes_nothing(table: dict[str, Any]) -> None:
    assert merged(table, {}) == merged({}, table) == table


@given(TABLES, TABLES)
def test_neither_is_changed(below: dict[str, Any], above: dict[str, Any]) -> None:
    before = copy.deepcopy((below, above))
    _spoil(plain(merged(below, above)))
    assert (below, above) == before


def _spoil(value: Any) -> None:
    if isinstance(value, dict):
        for part in value.values():
            _spoil(part)
        value["spoilt"] = True
    elif isinstance(value, list):
        value.append("spoilt")


@pytest.mark.parametrize(
    ("below", "above", "found"),
    [
        ({"a": 1, "b": {"x": 1}}, {"b": {"y": 2}}, {"a": 1, "b": {"x": 1, "y": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": None}, {"a": None}),
        ({"a": {"x": 1}}, {"a": "other"}, {"a": "other"}),
        ({"a": "T"}, {"a": {"x": 1}}, {"a": {"type": "T", "x": 1}}),
        ({"a": "T"}, {"a": {"type": "U", "x": 1}}, {"a": {"type": "U", "x": 1}}),
        ({"a": {"type": "T", "x": 1}}, {"a": {"type": "T", "y": 2}}, {"a": {"type": "T", "x": 1, "y": 2}}),
        ({"a": {"type": "T", "x": 1}}, {"a": {"type": "U", "y": 2}}, {"a": {"type": "U", "y": 2}}),
        ({"a": {"type": "T", "x": 1}}, {"a": {"y": 2}}, {"a": {"type": "T", "x": 1, "y": 2}}),
        ({"a": 1}, {"a": {"x": 1}}, {"a": {"x": 1}}),
    ],
)
def test_merging(below: Any, above: Any, found: Any) -> None:
    assert merged(below, above) == found


def test_a_table_upon_something_else_forgets_what_was_below() -> None:
    assert reduce(merged, [{"a": {"x": 1}}, {"a": 1}, {"a": {"y": 2}}]) == {"a": {"y": 2}}


def test_leaving_out() -> None:
    table = {"a": 1, "b": {"x": 1, "y": 2}}
    assert without(table, ["a"]) == {"b": {"x": 1, "y": 2}}
    assert without(table, ["b", "x"]) == {"a": 1, "b": {"y": 2}}
    assert table == {"a": 1, "b": {"x": 1, "y": 2}}
    for path in (["c"], ["b", "z"], ["a", "x"]):
        with pytest.raises(KeyError):
            without(table, path)


def test_lists_of_names_are_united() -> None:
    assert united([["b", "a"], [], ["a", "c"]]) == ["b", "a", "c"]


class TestChains:
    def order(self, parents: dict[str, Sequence[str]]) -> str:
        return "".join(linearised("z", lambda name: parents.get(name, ()), str))

    @pytest.mark.parametrize(
        ("parents", "order"),
        [
            ({}, "z"),
            ({"z": "y", "y": "x"}, "xyz"),
            ({"z": "xy"}, "xyz"),
            ({"z": "xy", "x": "a", "y": "a"}, "axyz"),
            ({"z": "ba", "b": "c", "a": "bc"}, "cbaz"),
            ({"z": "ab", "a": "b"}, "baz"),
        ],
    )
    def test_each_comes_once_after_what_it_extends(self, parents: dict[str, str], order: str) -> None:
        assert self.order(parents) == order

    @pytest.mark.parametrize(
        ("parents", "way"),
        [
            ({"z": "z"}, "z -> z"),
            ({"z": "y", "y": "x", "x": "z"}, "z -> y -> x -> z"),
            ({"z": "ya", "a": "b", "b": "a"}, "a -> b -> a"),
        ],
    )
    def test_circles(self, parents: dict[str, str], way: str) -> None:
        with pytest.raises(CircleError) as caught:
            self.order(parents)
        assert str(caught.value).endswith(f": {way}")

    @given(st.lists(st.sets(st.integers(0, 7)), min_size=8, max_size=8))
    def test_every_order_fits(self, wanted: list[set[int]]) -> None:
        parents = {node: sorted(n for n in found if n < node) for node, found in enumerate(wanted)}
        order = linearised(7, parents.__getitem__, str)
        assert order[-1] == 7
        assert len(set(order)) == len(order)
        for node in order:
            assert all(order.index(parent) < order.index(node) for parent in parents[node])
