"""What cannot be written or read, and what is said about it."""

from __future__ import annotations

import binascii
import contextlib
import datetime
import functools
import json
import re
import zlib
from pathlib import Path
from typing import Any
from unittest import mock

import fiddle as fdl
import pytest
from fiddle.experimental import serialization
from hypothesis import example, given
from hypothesis import strategies as st

from nemo_run_adapters.codec import decode, encode
from nemo_run_adapters.codec.errors import DamagedPayloadError
from nemo_run_adapters.codec.wire import pack, to_document, unpack
from nemo_run_domain.errors import InvalidConfigError, NemoRunError, NotFoundError, PackagingError


def node(x: Any = None, kid: Any = None) -> Any:
    return x, kid


def closure() -> Any:
    def inner() -> None: ...

    return inner


class Local:
    def method(self) -> None: ...

    def __call__(self) -> None: ...


def closure_class() -> Any:
    class Inner: ...

    return Inner


UNSERIALIZABLE = serialization.UnserializableValueError


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (Path("/x"), UNSERIALIZABLE),
        (datetime.date(2020, 1, 1), UNSERIALIZABLE),
        (object(), UNSERIALIZABLE),
        (len, UNSERIALIZABLE),
        (Local().method, UNSERIALIZABLE),
        (list[int], UNSERIALIZABLE),
        (lambda: 1, AttributeError),
        (closure(), AttributeError),
        (type("Local", (), {"__qualname__": "f.<locals>.Local"}), AttributeError),
        (int, serialization.PyrefPolicyError),
        (mock.Mock, None),
    ],
)
def test_unwritable_values(value: Any, error: Any) -> None:
    config = fdl.Config(node, kid={"a": [1, value]})
    if error is None:
        assert decode(encode(config)).kid["a"][1] is value
        return
    with pytest.raises(error) as caught:
        encode(config)
    assert isinstance(caught.value, PackagingError)
    assert str(caught.value).endswith("Error occurred at path \"<root>.kid['a'][1]\".")


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (Path("/x"), "run.Config(Path, ...)"),
        (datetime.date(2020, 1, 1), "run.Config(date, ...)"),
        (Local(), "run.Config(Local, ...)"),
        (functools.partial(node, 1), "run.Partial(node, ...)"),
        (functools.partial(Local()), "run.Partial(function, ...)"),
        *((value, "to make it in the function that needs it") for value in (..., json, int | None)),
        *(
            (value, "to make it in the function that needs it")
            for value in (len, object(), closure_class()())
        ),
        *((value, "to make it in the function that needs it") for value in (NotImplemented, 1j)),
    ],
)
def test_messages_end_with_a_way_out_that_works(value: Any, advice: str) -> None:
    with pytest.raises(PackagingError, match=re.escape(f"a way out is {advice}. Error")) as caught:
        encode(fdl.Config(node, kid=value))
    assert str(caught.value).count("a way out") == 1


def test_unwritable_target() -> None:
    with pytest.raises(serialization.PyrefPolicyError, match="metadata"):
        encode(fdl.Config(int))


def test_replaced_function() -> None:
    original = node.__code__
    impostor = type(node)(original, {}, "node")
    impostor.__module__, impostor.__qualname__ = __name__, "node"
    with pytest.raises(UNSERIALIZABLE, match="the same value was not obtained"):
        encode(impostor)


def test_what_contains_itself() -> None:
    config = fdl.Config(node)
    config.kid = [config]
    with pytest.raises(InvalidConfigError, match="contains itself"):
        encode(config)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        "Z2FyYmFnZQ==",
        pack("not json"),
        pack("[1]"),
        pack('{"root": {}}'),
        pack('{"root": {"type": "ref", "key": "x"}, "objects": {}}'),
        pack('{"root": {"type": "ref", "key": "x"}, "objects": {"x": 1}}'),
        pack('{"root": {"type": "ref", "key": "x"}, "objects": {"x": {"type": {}, "items": [1]}}}'),
        pack('{"root": {"type": "nonsense"}, "objects": {}}'),
        pack("[" * 100_000),
        pack("1" * 5_000),
        b"not base64!",
        None,
        5,
    ],
)
@pytest.mark.parametrize("error", [binascii.Error, zlib.error, DamagedPayloadError])
def test_damaged_text(text: Any, error: type) -> None:
    with pytest.raises(error, match="cannot"):
        decode(text)


@example(0, 0)
@given(st.integers(0, 10_000), st.integers(0, 127))
def test_a_changed_letter_is_noticed_or_harmless(place: int, letter: int) -> None:
    text = encode(fdl.Config(node, x=[1, "two"], kid={"three": 3}))
    place %= len(text)
    changed = text[:place] + chr(letter) + text[place + 1 :]
    with contextlib.suppress(DamagedPayloadError, NemoRunError):
        decode(changed)


def _edited(value: Any, old: str, new: str) -> str:
    return pack(unpack(encode(value)).replace(old, new))


def test_missing_modules_and_names() -> None:
    with pytest.raises(ModuleNotFoundError, match="nosuchmodule") as module:
        decode(_edited(fdl.Config(node), __name__, "nosuchmodule"))
    with pytest.raises(AttributeError, match="nosuchname") as name:
        decode(_edited(fdl.Config(node), '"node"', '"nosuchname"'))
    assert isinstance(module.value, NotFoundError)
    assert isinstance(name.value, NotFoundError)


@pytest.mark.parametrize("code", ["1/0", "raise SystemExit(0)", "raise ImportError('no backend')"])
def test_modules_that_fail_while_they_are_imported(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "failing_module.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotFoundError, match="cannot import 'failing_module', needed for 'node'") as caught:
        decode(_edited(fdl.Config(node), __name__, "failing_module"))
    assert isinstance(caught.value.__cause__, (ZeroDivisionError, SystemExit, ImportError))


def test_interpreter_functions_are_refused() -> None:
    text = pack(unpack(encode(fdl.Config(node))).replace(__name__, "builtins").replace('"node"', '"eval"'))
    with pytest.raises(serialization.PyrefPolicyError):
        decode(text)


def test_a_document_that_contains_itself() -> None:
    document = to_document(encode([[1]]))
    inner = next(key for key, value in document["objects"].items() if value["items"][0][1]["type"] == "leaf")
    document["objects"][inner]["items"][0][1] = document["root"]
    with pytest.raises(InvalidConfigError, match="contains itself"):
        decode(pack(json.dumps(document)))
