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


def fail() -> None:
    raise ValueError("boom")


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


def test_errors_name_the_path() -> None:
    with pytest.raises(ValueError, match="boom") as error:
        build(Config(node, x=1, kid=[Config(node), {"k": Config(fail)}]))
    assert "fail at <root>.kid[1]['k']" in str(error.value)


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
