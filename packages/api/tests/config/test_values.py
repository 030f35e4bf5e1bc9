"""``from_dict`` and ``set_value``."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, List, Optional, Union  # noqa: UP035

import pytest

from nemo_run.config import Config, Partial, from_dict, set_value
from nemo_run.exceptions import NemoRunError, SetValueError


@dataclass
class Leaf:
    x: int = 1
    y: str = "y"


@dataclass
class Tree:
    need: int
    leaf: Leaf = field(default_factory=Leaf)
    maybe: Optional[Leaf] = None  # noqa: UP045
    newer: Leaf | None = None
    leaves: List[Leaf] = field(default_factory=list)  # noqa: UP006
    some: Optional[List[Leaf]] = None  # noqa: UP006, UP045
    pair: tuple[Leaf, int] | None = None
    many: tuple[Leaf, ...] = ()
    sequence: Sequence[Leaf] = ()
    named: dict[str, Leaf] = field(default_factory=dict)
    free: Any = None
    either: Union[Leaf, int, None] = None  # noqa: UP007
    late: int = field(default=7, init=False)


@dataclass
class WithInitVar:
    seed: dataclasses.InitVar[int]
    value: int = 0

    def __post_init__(self, seed: int) -> None:
        self.value = seed


@pytest.mark.parametrize(
    ("raw", "attribute", "value"),
    [
        ({"leaf": {"x": 2}}, "leaf", Leaf(2)),
        ({"maybe": {"x": 2}}, "maybe", Leaf(2)),
        ({"newer": {"x": 2}}, "newer", Leaf(2)),
        ({"newer": None}, "newer", None),
        ({"leaves": [{"x": 2}, {}]}, "leaves", [Leaf(2), Leaf()]),
        ({"some": [{"x": 2}]}, "some", [Leaf(2)]),
        ({"pair": [{"x": 2}, 3]}, "pair", (Leaf(2), 3)),
        ({"many": [{}, {"y": ""}]}, "many", (Leaf(), Leaf(y=""))),
        ({"sequence": [{}]}, "sequence", [Leaf()]),
        ({"named": {"a": {"x": 2}}}, "named", {"a": Leaf(2)}),
        ({"free": {"a": [1, {"b": 2}]}}, "free", {"a": [1, {"b": 2}]}),
        ({"free": [1]}, "free", [1]),
        ({"either": 3}, "either", 3),
        ({"need": 4}, "need", 4),
        ({}, "need", None),
        ({}, "leaf", Leaf()),
        ({"late": 3}, "late", 7),
    ],
)
def test_data_becomes_dataclasses(raw: dict[str, Any], attribute: str, value: object) -> None:
    assert getattr(from_dict(raw, Tree), attribute) == value


@pytest.mark.parametrize(
    ("raw", "cls", "value"),
    [
        ([{"x": 3}], list[Leaf], [Leaf(3)]),
        ({"a": {}}, dict[str, Leaf], {"a": Leaf()}),
        (3, int, 3),
        ([1], set, {1}),
        ({"seed": 3}, WithInitVar, WithInitVar(3)),
    ],
)
def test_anything_may_be_the_root(raw: object, cls: Any, value: object) -> None:
    assert from_dict(raw, cls) == value


def test_a_dictionary_for_several_types_is_refused() -> None:
    with pytest.raises(
        AssertionError, match=r"Unable to load .* at either\. Nested union types are not"
    ) as caught:
        from_dict({"either": {"x": 1}}, Tree)
    assert isinstance(caught.value, NemoRunError)


def test_unknown_keys_are_named() -> None:
    with pytest.warns(UserWarning, match=r"'leave' \(did you mean 'leaves'\?\), 'some\[0\]\.zz'") as caught:
        made = from_dict({"leave": [], "some": [{"zz": 1}]}, Tree)
    assert made == Tree(None, some=[Leaf()])  # type: ignore[arg-type]
    assert caught[0].filename == __file__


def fit(leaf: Leaf, items: list[int] = [1, 2], **more: object) -> None: ...  # noqa: B006


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("leaf.x", lambda c: c.leaf.x),
        (".leaf.x", lambda c: c.leaf.x),
        ("leaf", lambda c: c.leaf),
        ("more", lambda c: c.more),
        ("free[1].x", lambda c: c.free[1].x),
        ("free[-1].x", lambda c: c.free[1].x),
        ("free[0]['k'].x", lambda c: c.free[0]["k"].x),
        ("free[0]['k.[0]']", lambda c: c.free[0]["k.[0]"]),
        ('free[0]["new"]', lambda c: c.free[0]["new"]),
        ("other.x", lambda c: c.other.x),
    ],
)
def test_a_value_is_set_along_a_path(key: str, read: Any) -> None:
    other = types.SimpleNamespace(x=1)
    config = Partial(fit, leaf=Config(Leaf), free=[{"k": Config(Leaf)}, Config(Leaf)], other=other)
    set_value(config, key, 5)
    assert read(config) == 5


def test_the_root_may_be_a_dictionary_or_an_instance() -> None:
    data, leaf = {"k": {"j": 1}}, Leaf()
    set_value(data, "['k']['j']", 2)
    set_value(leaf, "x", 2)
    assert (data, leaf) == ({"k": {"j": 2}}, Leaf(2))


def test_a_default_that_is_changed_inside_is_copied_first() -> None:
    config = Config(fit)
    set_value(config, "items[0]", 9)
    assert config.items == [9, 2]
    assert fit.__defaults__ == ([1, 2],)


@pytest.mark.parametrize(
    "key", ["leaf.zz.x", "leaf.x.y.z", "free.k.x", "free['zz'].x", "free['k'][9].x", "unset.x"]
)
def test_a_path_that_leads_nowhere_is_refused(key: str) -> None:
    config = Partial(fit, leaf=Config(Leaf), free={"k": [1]})
    with pytest.raises(SetValueError, match="Invalid path") as caught:
        set_value(config, key, 1)
    assert f'"{key}"' in str(caught.value)


@pytest.mark.parametrize("key", ["leaf.zz", "free.k", "free['k'][9]", "frozen.x", "pair[0]"])
def test_a_value_that_is_refused_is_named(key: str) -> None:
    frozen = dataclasses.make_dataclass("Frozen", ["x"], frozen=True)(1)
    config = Config(fit, Config(Leaf), free={"k": [1]}, pair=(1, 2), bind_args=False)
    config.__arguments__["frozen"] = frozen
    with pytest.raises(SetValueError, match="Could not set") as caught:
        set_value(config, key, "v")
    assert str(caught.value).startswith(f'Could not set "{key}" to "v". ')


@pytest.mark.parametrize("key", ["", "a..b", "a[", "a[x]", "1a", "a b", "a]"])
def test_what_is_no_path_is_a_value_error(key: str) -> None:
    with pytest.raises(ValueError, match="is no path") as caught:
        set_value(Config(fit), key, 1)
    assert not isinstance(caught.value, SetValueError)
