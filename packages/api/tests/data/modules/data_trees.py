"""What tests configure, and generated trees of it."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import math
from pathlib import Path, PurePosixPath
from typing import Any, Dict, List, Literal, Set, Tuple, Union  # noqa: UP035

from hypothesis import strategies as st

import nemo_run as run
from nemo_run.config import OptionalDefaultConfig


class Shade(enum.Enum):
    RED = 1
    BLUE = "blue"
    WIDE = (1, 2)


class Level(enum.IntEnum):
    LOW = 1


Pair = collections.namedtuple("Pair", "left right")


@dataclasses.dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: List[int] = dataclasses.field(default_factory=list)  # noqa: UP006

    @dataclasses.dataclass
    class Head:
        size: int = 1

    @classmethod
    def sized(cls, size: int = 1) -> Net:
        return cls(size)


@dataclasses.dataclass
class Sgd:
    lr: float
    decay: float = 0.0


@dataclasses.dataclass
class Sgd2:
    lr: float = 0.1


def fit(net: Net, steps: int = 10) -> Any:
    return net, steps


def opt_fit(net: Net, opt: OptionalDefaultConfig[Sgd2] = None) -> Any:
    return net, opt


def wide(width: int = 64) -> run.Config[Net]:
    return run.Config(Net, width=width)


def places(a: Any, /, b: Any = 2, *rest: Any, key: Any = None) -> Any:
    return a, b, rest, key


def typed(
    net: Net | None = None,
    any: Any = None,
    bare=None,
    number: int = 0,
    ratio: float = 0.0,
    text: str = "",
    flag: bool = False,
    path: Path | None = None,
    shade: Shade = Shade.RED,
    one_of: Literal["a", "b", 3] = "a",
    numbers: List[int] = (),  # noqa: UP006
    nets: list[Net] = (),
    both: Tuple[int, str] = (1, "a"),  # noqa: UP006
    many: tuple[int, ...] = (),
    names: Set[str] = frozenset(),  # noqa: UP006
    table: Dict[str, float] = {},  # noqa: B006, UP006
    by_number: dict[int, Net] = {},  # noqa: B006
    either: Union[int, List[str], None] = None,  # noqa: UP006, UP007
    day: datetime.date | None = None,
    child: run.Config[Net] | None = None,
    make: Any = None,
    unknown: "NotDefinedAnywhere" = None,  # noqa: F821, UP037
    **more: Any,
) -> Any:
    return locals()


WITH_DEFAULT = run.Config(Net, width=7, act="gelu")


def with_default(net: Net = WITH_DEFAULT, table: dict[str, int] = {"a": 1}) -> Any:  # noqa: B006
    return net, table


NAMES = [
    "any", "bare", "number", "text", "path", "shade", "one_of", "numbers", "nets", "table", "either", "extra",
]  # fmt: skip
TEXTS = [
    "",
    " ",
    "a\nb",
    "\n",
    "a\n  b\n",
    "'",
    '"',
    "'quoted'",
    "${a}",
    "Config",
    "Configured",
    "Config[a.b]",
    "Partial[x]",
    "<Config",
    "123",
    "1e3",
    "true",
    "no",
    "null",
    "None",
    "~",
    "2020-01-01",
    "a: b",
    "- a",
    "#",
    "@f",
    "[1]",
    "{}",
    "&a",
    "*a",
    "!x",
    "|",
    ">",
    "%",
    "a\tb",
    "a\r\nb",
    "\u2028",
    "\x85",
    "\ufeff",
    "ü",
    "\x00",
    "=",
    "<<",
    "04:00:00",
    "_target_",
    "wide",
    "a" * 200 + " b" * 100,
]

words = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
dates = st.one_of(
    st.dates(min_value=datetime.date(1000, 1, 1)),
    st.datetimes(min_value=datetime.datetime(1000, 1, 1)),
    st.datetimes(min_value=datetime.datetime(1000, 1, 2), max_value=datetime.datetime(9999, 1, 1)).map(
        lambda moment: moment.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    ),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    words,
    st.binary(max_size=8),
    dates,
    st.sampled_from(
        [Shade.RED, Shade.BLUE, Shade.WIDE, Level.LOW, Path("a/b"), PurePosixPath("/x"), fit, Net, len]
    ),
    st.sampled_from([datetime.timedelta(1, 2, 3), datetime.time(1, 2, 3), 1 + 2j, math.inf]),
    st.frozensets(st.integers(), max_size=3),
    st.sets(st.one_of(words, st.tuples(st.integers(), words)), max_size=3),
)
keys = st.one_of(
    words, st.integers(), st.none(), st.booleans(), st.tuples(st.integers(), words), st.just(Shade.RED)
)


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(keys, children, max_size=3),
        st.dictionaries(st.sampled_from(["a", "_target_", "width*=", "_factory_"]), children, max_size=3),
        st.builds(Pair, children, children),
        _configured(children),
        st.lists(children, min_size=1, max_size=1).map(lambda items: [items[0], items[0]]),  # shared
    )


def _configured(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    kinds = st.sampled_from([run.Config, run.Partial])
    arguments = st.dictionaries(st.sampled_from(NAMES), children, max_size=4)
    return st.one_of(
        st.builds(lambda kind, args: kind(typed, **args), kinds, arguments),
        st.builds(lambda args: run.Config({}, **args), arguments),
        st.builds(lambda kind, a, b, c, d: kind(places, a, b, c, key=d), kinds, *[children] * 4),
        st.builds(lambda kind, a: kind(Net.Head, size=a), kinds, children),
        st.builds(lambda kind, a: kind(Net.sized, size=a), kinds, children),
    )


configs = _configured(st.recursive(leaves, _containers, max_leaves=12))
"""Configurations of everything that files can hold."""
