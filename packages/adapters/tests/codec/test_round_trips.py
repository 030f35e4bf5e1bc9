"""Text and configurations, in both directions, against fiddle's own reader and writer."""

from __future__ import annotations

import collections
import dataclasses
import enum
import math
import re
import types
from typing import Any

import fiddle as fdl
import pytest
from fiddle.experimental import serialization
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_adapters.codec import AllowList, decode, encode, load
from nemo_run_adapters.codec.unknown import UnknownFieldWarning
from nemo_run_adapters.codec.wire import pack, to_document, unpack
from nemo_run_domain.job import JobHandle
from nemo_run_domain.secrets import Secret


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1


class Owner:
    class Nested:
        pass

    @classmethod
    def make(cls) -> Owner:
        return cls()


class Child(Owner):
    pass


@dataclasses.dataclass
class Net:
    width: int = 8
    parts: Any = None
    derived: int = dataclasses.field(default=0, init=False)


class Tag(fdl.Tag):
    """A tag."""


Pair = collections.namedtuple("Pair", "left right")


def node(x: Any = None, kid: Any = None, **more: Any) -> Any:
    return x, kid, more


def places(a: Any, /, b: Any = 2, *rest: Any, key: Any = None) -> Any:
    return a, b, rest, key


def fiddle_text(value: Any) -> str:
    return pack(serialization.dump_json(value))


def fiddle_value(text: str) -> Any:
    return serialization.load_json(unpack(text))


VALUES = [
    None,
    True,
    0,
    -(10**30),
    1.5,
    math.inf,
    "",
    "ü\n\x00\ud800",
    b"",
    b"\x00\xff\\u0041\\",
    (),
    (1, (2, [3])),
    [],
    [[], {}],
    {},
    {"a": 1, 2: "b", (1, 2): [3], None: 4, 1.5: 5, Colour.RED: 6, b"k": 7},
    {1, "a"},
    frozenset({(1, 2)}),
    *([slice(1, None, 2)] if serialization.find_node_traverser(slice) else []),
    Pair(1, [2]),
    collections.defaultdict(list, {"a": [1]}),
    Colour.BLUE,
    Level.LOW,
    Owner.Nested,
    Child.make,
    node,
    list,
    fdl.Config(node, x=1, extra=[2]),
    fdl.Partial(places, 1, 2, 3, 4, key=5),
    fdl.Config(dict, a=1),
    fdl.ArgFactory(node),
    [fdl.Config(node), fdl.Partial(node, x=Tag.new(3))],
    fdl.NO_VALUE,
]


def name_of_case(value: object) -> str:
    """Return the same text in every process: without addresses, sets in order."""
    text = repr(sorted(value, key=repr)) if isinstance(value, (set, frozenset)) else repr(value)
    return re.sub(r" at 0x[0-9a-f]+", "", text)


@pytest.mark.parametrize(
    "sent",
    [str.encode, lambda text: f" {text}\n", lambda text: re.sub("(.{76})", r"\1\r\n", text)],
    ids=["bytes", "ends", "wrapped"],
)
def test_texts_may_have_been_sent_as_bytes_or_wrapped(sent: Any) -> None:
    config = fdl.Config(node, x=[str(i) for i in range(50)])
    assert decode(sent(encode(config))) == config


@pytest.mark.parametrize("value", VALUES, ids=name_of_case)
def test_values_survive(value: Any) -> None:
    text = encode(value)
    assert decode(text) == value
    assert type(decode(text)) is type(value)
    assert fiddle_value(text) == value


READABLE_BY_ANY_FIDDLE = [v for v in VALUES if not isinstance(v, (bytes, types.MethodType))]


@pytest.mark.parametrize("value", READABLE_BY_ANY_FIDDLE, ids=name_of_case)
def test_what_fiddle_writes_is_read(value: Any) -> None:
    assert decode(fiddle_text(value)) == value


def test_nan_survives() -> None:
    assert math.isnan(decode(encode([math.nan]))[0])


def test_tags_survive() -> None:
    config = fdl.Config(node, x=1)
    fdl.add_tag(config, "x", Tag)
    for got in (decode(encode(config)), fiddle_value(encode(config)), decode(fiddle_text(config))):
        assert fdl.get_tags(got, "x") == {Tag}


def test_subclasses_of_text_travel_as_text() -> None:
    text = decode(encode(Secret("s3cret")))
    assert (type(text), text) == (str, "s3cret")


def test_sharing_survives() -> None:
    leaf, numbers = fdl.Config(node), [1]
    config = fdl.Config(node, x=[leaf, numbers], kid={"a": leaf, "b": numbers})
    for got in (decode(encode(config)), fiddle_value(encode(config)), decode(fiddle_text(config))):
        assert got == config
        assert got.x[0] is got.kid["a"]
        assert got.x[1] is got.kid["b"]


def test_one_entry_per_object() -> None:
    leaf = fdl.Config(node)
    document = to_document(encode([leaf] * 50))
    assert len(document["objects"]) <= 5
    assert document["refcounts"]["node_1"] == 50
    assert document["version"] == "0.0.1"


def test_work_is_linear_in_the_number_of_nodes() -> None:
    def size(length: int) -> int:
        config = fdl.Config(node)
        for _ in range(length):
            config = fdl.Config(node, x=config, kid=config)
        return len(unpack(encode(config)))

    assert size(400) < 2.2 * size(200)


def test_instances_are_written_as_configurations_of_ours() -> None:
    document = to_document(encode(Net(1, [Net(2)])))
    kinds = {f"{o['type']['module']}:{o['type']['name']}" for o in document["objects"].values()}
    assert "nemo_run.config:Config" in kinds
    allow = AllowList(names=frozenset({f"{__name__}:Net"}))
    assert load(encode(Net(1, [Net(2), (Net(3),)])), allow=allow) == Net(1, [Net(2), (Net(3),)])


def test_aliases_rename_classes_both_ways() -> None:
    text = encode([Colour.RED, Colour], aliases={"other.module:Shade": Colour})
    assert '"other.module","name":"Shade.RED"' in unpack(text)
    assert load(text, allow=AllowList(aliases={"other.module:Shade": Colour})) == [Colour.RED, Colour]


# -- generated graphs -----------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from([Colour.RED, node, Net, Owner.Nested, b"ab\xff", ()]),
)


def _widen(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.builds(lambda x, kid: fdl.Config(node, x=x, kid=kid), inner, inner),
        st.builds(lambda x: fdl.Partial(node, x=x, kid=x), inner),
        st.builds(lambda x, y: fdl.Config(places, x, 2, y), inner, inner),
    )


GRAPHS = st.recursive(LEAVES, _widen, max_leaves=25)


@given(GRAPHS)
def test_ours_reads_ours(graph: Any) -> None:
    assert decode(encode(graph)) == graph


@given(GRAPHS)
def test_fiddle_reads_ours(graph: Any) -> None:
    assert fiddle_value(encode(graph)) == graph


@given(GRAPHS)
def test_ours_reads_fiddles(graph: Any) -> None:
    assert decode(fiddle_text(graph)) == graph


def test_fields_of_other_versions_are_dropped_from_classes_of_ours() -> None:
    text = pack(
        unpack(encode(fdl.Config(JobHandle, "a", native_id="b")))
        .replace('native_id"', 'old"')
        .replace("'native_id'", "'old'")
    )
    with pytest.warns(UnknownFieldWarning, match="JobHandle has arguments this version does not know.*: old"):
        assert decode(text).__arguments__ == {"backend": "a"}


def test_fields_of_classes_of_users_are_kept() -> None:
    text = pack(unpack(encode(fdl.Config(Net, width=1))).replace("width", "renamed"))
    assert decode(text).__arguments__ == {"renamed": 1}
