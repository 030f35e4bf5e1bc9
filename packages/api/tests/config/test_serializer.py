"""The public serializer."""

from __future__ import annotations

import binascii
import dataclasses
import zlib
from pathlib import Path
from typing import Any

import fiddle as fdl
import pytest
from fiddle.experimental import serialization

from nemo_run.config import Config, Partial, Script
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer

SERIALIZER = ZlibJSONSerializer()


@dataclasses.dataclass
class Net:
    width: int = 8


def fit(net: Any = None, steps: int = 10) -> Any:
    return net, steps


class Anything(serialization.PyrefPolicy):
    def allows_import(self, module: str, symbol: str) -> bool:
        return "forbidden" not in symbol

    def allows_value(self, value: Any) -> bool:
        return True


def forbidden() -> None: ...


@pytest.mark.parametrize(
    "value",
    [
        Partial(fit, net=Config(Net)),
        Config({}, a=1, b=Config(Net)),
        Script("a", env={"A": "1"}).to_config(),
        [Partial(fit), {"a": Config(Net)}],
        Partial(fit, net=fdl.Config(Net, width=1)),
    ],
)
def test_round_trip(value: Any) -> None:
    assert SERIALIZER.deserialize(SERIALIZER.serialize(value)) == value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Path("/x"), "<root>.net"),
        ([Path("/x")], "<root>.net[0]"),
        (len, "<root>.net"),
        ("a".join, "<root>.net"),
    ],
)
def test_unserializable_values_are_named(value: Any, path: str) -> None:
    with pytest.raises(serialization.UnserializableValueError) as error:
        SERIALIZER.serialize(Partial(fit, net=value))
    assert f"Error occurred at path '{path}'." in str(error.value)


def test_lambda_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Fiddle context"):
        SERIALIZER.serialize(Partial(fit, net=lambda: 1))


def test_builtin_class_is_refused() -> None:
    with pytest.raises(serialization.PyrefPolicyError):
        SERIALIZER.serialize(Partial(fit, net=int))


def test_a_policy_decides_when_writing_and_when_reading() -> None:
    text = SERIALIZER.serialize(Partial(fit, net=int), Anything())
    assert SERIALIZER.deserialize(text, Anything()).net is int
    with pytest.raises(serialization.PyrefPolicyError):
        SERIALIZER.deserialize(text)
    with pytest.raises(serialization.PyrefPolicyError):
        SERIALIZER.serialize(Partial(forbidden), Anything())
    with pytest.raises(serialization.PyrefPolicyError):
        SERIALIZER.deserialize(SERIALIZER.serialize(Partial(forbidden)), Anything())


@pytest.mark.parametrize("text", ["", "garbage!", "Z2FyYmFnZQ==", "ü"])
@pytest.mark.parametrize("error", [binascii.Error, zlib.error])
def test_damaged_text_says_so(text: str, error: type) -> None:
    with pytest.raises(error, match="cannot decode"):
        SERIALIZER.deserialize(text)
