"""``diff_text``: what changed, as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from nemo_run.config import Config, Partial, Script


@dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: list[int] = field(default_factory=list)


@dataclass
class Wide:
    width: int = 8
    extra: int = 0


def fit(net: Any = None, steps: int = 10, *rest: Any, **more: Any) -> None: ...


class Array:
    """Compares like an array: to no truth value."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> Any:
        raise ValueError("ambiguous")

    __hash__ = None

    def __repr__(self) -> str:
        return self.name


ONE, TWO = Array("one"), Array("two")
TARGET = f"Config[{__name__}.Net] -> Config[{__name__}.Wide]"


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (Config(Net), Config(Net), []),
        (Config(Net), Config(Net, width=8), []),
        (Config(Net), Config(Net, width=3), ["width: 8 -> 3"]),
        (Config(Net, width=3), Config(Net), ["width: 3 -> 8"]),
        (Config(Net), Config(Net, dims=[1]), ["+ dims = [1]"]),
        (Config(Net, dims=[1]), Config(Net), ["- dims = [1]"]),
        (Config(Net, act="a"), Config(Net, act="b", width=1), ["width: 8 -> 1", "act: 'a' -> 'b'"]),
        (Config(Net, act="a\nb"), Config(Net, act=1), ["act: 'a\\nb' -> 1"]),
        (Config(Net, width=1), Config(Net, width=True), ["width: 1 -> True"]),
        (Partial(fit, a=1), Partial(fit, b=2), ["- a = 1", "+ b = 2"]),
        (Config(fit, 1, 2, 3), Config(fit, 1, 2, 4), ["[2]: 3 -> 4"]),
        (Partial(fit, Config(Net)), Partial(fit, Config(Net, width=3)), ["net.width: 8 -> 3"]),
        (Partial(fit, Config(Net)), Partial(fit, Config(Wide)), [f"net: {TARGET}"]),
        (Config(Net, width=3), Config(Wide, extra=1), [f"<root>: {TARGET}", "width: 3 -> 8", "+ extra = 1"]),
        (Config(fit), Partial(fit), [f"<root>: Config[{__name__}.fit] -> Partial[{__name__}.fit]"]),
        (Partial(fit, None), Partial(fit, Config(Net, width=3)), ["net: None -> Net(width=3)"]),
        (Partial(fit, [1, 2]), Partial(fit, [1, 3, 4]), ["net[1]: 2 -> 3", "+ net[2] = 4"]),
        (Partial(fit, [1, 2]), Partial(fit, [1]), ["- net[1] = 2"]),
        (Partial(fit, [1]), Partial(fit, (1,)), ["net: [1] -> (1,)"]),
        (
            Partial(fit, {"a": 1, "b": Config(Net)}),
            Partial(fit, {"b": Config(Net, width=1), "c": 3}),
            ["- net['a'] = 1", "net['b'].width: 8 -> 1", "+ net['c'] = 3"],
        ),
        (Partial(fit, ONE), Partial(fit, ONE), []),
        (Partial(fit, ONE), Partial(fit, TWO), ["net: one -> two"]),
        (Config({}, a=1), Config({}, a=2), ["a: 1 -> 2"]),
        (Script("a.sh"), Script("b.sh", args=["x"]), ["path: 'a.sh' -> 'b.sh'", "+ args[0] = 'x'"]),
    ],
)
def test_lines(old: Any, new: Any, lines: list[str]) -> None:
    assert new.diff_text(old).splitlines() == lines


def test_secrets_are_masked() -> None:
    old = Partial(fit, api_key="one", env={"MY_TOKEN": "two"})
    new = Partial(fit, api_key="three", env={"MY_TOKEN": "four"}, net=Config(fit, net={"PASSWORD": "five"}))
    assert new.diff_text(old).splitlines() == [
        "net: None -> fit(net={'PASSWORD': '********'})",
        "api_key: '********' -> '********'",
        "env['MY_TOKEN']: '********' -> '********'",
    ]


def test_long_values_stay_in_one_line() -> None:
    new = Partial(fit, Config(Net, act="x" * 70, dims=list(range(40))))
    (line,) = new.diff_text(Partial(fit)).splitlines()
    assert line.startswith("net: None -> Net(act='xxx")
    assert "<" not in line


def test_what_is_shared_is_shown_once() -> None:
    old, new = Config(Net), Config(Net, width=1)
    assert Partial(fit, [new, new]).diff_text(Partial(fit, [old, old])) == "net[0].width: 8 -> 1"


def test_sharing_that_changed_is_a_change() -> None:
    net = Config(Net)
    shared, apart = Partial(fit, [net, net]), Partial(fit, [Config(Net), Config(Net)])
    assert shared.diff_text(apart) == "net[1]: now the same object as net[0]"
    assert apart.diff_text(shared) == "net[1]: no longer the same object as net[0]"


def test_neither_depth_nor_sharing_makes_it_slow() -> None:
    def tower(width: int) -> Any:
        config: Any = Config(Net, width=width)
        for _ in range(2000):
            config = Config(fit, [config, config])
        return config

    (line,) = tower(1).diff_text(tower(2)).splitlines()
    assert line.endswith(".width: 2 -> 1")


def test_there_are_lines_exactly_where_trees_are_unequal() -> None:
    trees = [
        Config(Net),
        Config(Net, width=1),
        Config(fit, Config(Net)),
        Config(fit, [Config(Net)]),
        Partial(fit),
    ]
    for one in trees:
        for other in trees:
            assert (one.diff_text(other) == "") == (one == other)
