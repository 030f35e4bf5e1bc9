"""Building graphs of any depth."""

from __future__ import annotations

import sys
from collections import namedtuple
from typing import Any

import fiddle as fdl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run._config.build import build
from nemo_run.config import Config, Partial

Pair = namedtuple("Pair", "left right")


def node(x: Any = None, kid: Any = None) -> Any:
    return [x, kid]


def places(a: Any, /, b: Any = 2, *rest: Any) -> Any:
    return a, b, rest


def test_depth_does_not_matter() -> None:
    config = Config(node)
    for _ in range(2 * sys.getrecursionlimit()):
        config = Config(node, kid=config)
    depth, value = 0, build(config)
    while value[1] is not None:
        depth, value = depth + 1, value[1]
    assert depth == 2 * sys.getrecursionlimit()


def test_shared_configurations_are_built_once() -> None:
    shared = Config(node)
    built = build({"a": shared, "b": [shared, Pair(shared, 1)]})
    assert built["a"] is built["b"][0] is built["b"][1].left


class Locked:
    def __init__(self, api_key: str) -> None:
        raise ValueError("boom")


def test_errors_name_the_path_and_no_values() -> None:
    with pytest.raises(ValueError, match="boom") as error:
        build(Config(node, x=1, kid=[Config(node), {"k": Config(Locked, api_key="hunter2")}]))
    assert type(error.value) is ValueError
    assert str(error.value) == "boom"
    assert vars(error.value)["__notes__"] == ["while building Locked(api_key) at <root>.kid[1]['k']"]


def test_a_missing_argument_is_named_with_its_path() -> None:
    with pytest.raises(TypeError, match="api_key") as error:
        build(Config(node, kid=Config(Locked)))
    assert vars(error.value)["__notes__"] == ["while building Locked() at <root>.kid"]


class ClosedError(Exception):
    __notes__ = property(lambda self: ())  # nobody can set it


def test_errors_that_take_no_note_are_raised_as_they_are() -> None:
    def refuse() -> None:
        raise ClosedError

    with pytest.raises(ClosedError):
        build(Config(refuse))


GRAPHS = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(Pair, inner, inner),
        st.builds(lambda x, kid: Config(node, x=x, kid=kid), inner, inner),
        st.builds(lambda x, y: Config(places, x, 2, y), inner, inner),
    ),
)


@given(GRAPHS)
def test_the_result_is_fiddles(graph: Any) -> None:
    task = Partial(node, x=graph)
    assert build(task)() == fdl.build(task)()
