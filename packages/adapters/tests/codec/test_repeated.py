"""Values of one kind: encoded as if each had been encoded alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from nemo_run_adapters.codec import Repeater, blank, encode
from nemo_run_adapters.codec.wire import unpack


@dataclass
class Thing:
    name: str
    parts: list[Any] = field(default_factory=list)


class Stubborn:
    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = None  # type: ignore[assignment]


def repeated(repeater: Repeater, thing: Thing) -> str:
    return unpack(repeater.encode(replace(thing, name=blank("name")), {"name": thing.name}))


@pytest.mark.parametrize("name", ["plain", 'a "quoted" \\ text', "ümläut\n", '"\\u0000blank:name"', ""])
def test_a_text_stands_where_its_blank_was(name: str) -> None:
    thing = Thing(name, [1, "two", None])
    assert repeated(Repeater(), thing) == unpack(encode(thing))


def test_values_that_differ_elsewhere_too_do_not_share_what_was_encoded() -> None:
    repeater = Repeater()
    things = [Thing("a", [1]), Thing("b", [1]), Thing("c", [2]), Thing("d", [1]), Thing("e", [[2]])]
    assert [repeated(repeater, thing) for thing in things] == [unpack(encode(thing)) for thing in things]


def test_values_that_cannot_be_compared_are_encoded_one_by_one() -> None:
    repeater = Repeater(aliases={})
    things = [Thing("a", [float("nan")]), Thing("b", [float("nan")])]
    assert [repeated(repeater, thing) for thing in things] == [unpack(encode(thing)) for thing in things]
    with pytest.raises(Exception, match="Unserializable"):
        repeated(repeater, Thing("c", [Stubborn()]))
