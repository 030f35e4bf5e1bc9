"""Big, deep and shared graphs."""

from __future__ import annotations

import copy
import sys
from typing import Any

import fiddle as fdl
import pytest

from nemo_run._config.buildables import CONVERTER
from nemo_run.config import Config, Partial
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.exceptions import InvalidConfigError


class Counted:
    """A value that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return isinstance(other, Counted)

    __hash__ = None


def node(x: Any = None, kid: Any = None, other: Any = None) -> Any:
    return x, kid, other


def chain(length: int) -> Config:
    config = Config(node)
    for i in range(length):
        config = Config(node, x=i, kid=[config])
    return config


def diamonds(length: int, leaf: Any = None) -> Config:
    """Two ways into every node: 2 ** length paths to the last one."""
    config = Config(node, x=leaf)
    for _ in range(length):
        config = Config(node, kid=config, other=config)
    return config


@pytest.mark.parametrize("length", [200, 5_000])
def test_depth_does_not_matter(length: int) -> None:
    config = chain(length)
    serializer = ZlibJSONSerializer()
    assert length < 1_000 or length > sys.getrecursionlimit()
    assert config.clone() == config == copy.deepcopy(config)
    assert serializer.deserialize(serializer.serialize(config)) == config
    assert config.broadcast(x=1) is config
    assert CONVERTER.adopt(config) is config


def test_sharing_costs_nothing() -> None:
    config = diamonds(60, leaf=Counted())
    Counted.compared = 0
    clone = config.clone()
    assert clone == config
    assert Counted.compared == 1
    assert clone.kid is clone.other


def test_sharing_survives_serialisation() -> None:
    serializer = ZlibJSONSerializer()
    text = serializer.serialize(diamonds(60))
    config = serializer.deserialize(text)
    assert config == diamonds(60)
    assert config.kid.kid is config.other.other


def test_sharing_is_part_of_equality() -> None:
    assert diamonds(1) != Config(node, kid=Config(node), other=Config(node))
    assert Config(node, kid=Config(node), other=Config(node)) != diamonds(1)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ([1, 2], [1, 2], True),
        ([1, 2], [1], False),
        ([1], (1,), False),
        ({"a": [1]}, {"a": [1]}, True),
        ({"a": 1}, {"b": 1}, False),
        ([Config(node)], [Config(node)], True),
        ([Config(node)], [Config(node, x=1)], False),
        ([Config(node)], [Partial(node)], False),
        (Config(node), 1, False),
        (1, Config(node), False),
        (fdl.Config(node), fdl.Config(node), True),
        (fdl.Config(node), Config(node), False),
        ({1, 2}, {2, 1}, True),
    ],
)
def test_values_are_compared_deeply(left: Any, right: Any, equal: bool) -> None:
    assert (Config(node, x=left) == Config(node, x=right)) is equal


def test_positional_only_default_equals_the_value_given() -> None:
    def places(a: int = 1, /, *rest: int) -> None: ...

    assert Config(places) == Config(places, 1)
    assert Config(places) != Config(places, 1, 2)


@pytest.mark.parametrize("call", [Config.clone, copy.deepcopy, ZlibJSONSerializer().serialize])
def test_what_contains_itself_is_refused(call: Any) -> None:
    config = Config(node)
    config.kid = [config]
    with pytest.raises(InvalidConfigError, match="contains itself"):
        call(config)


def test_adopting_makes_everything_ours() -> None:
    shared = fdl.Config(node, x=1)
    adopted = CONVERTER.adopt(fdl.Partial(node, kid=[shared], other=Config(node, x=shared)))
    expected = Config(node, x=1)
    assert adopted == Partial(node, kid=[expected], other=Config(node, x=expected))
