"""Namespaces of types, and what types are made of."""

from __future__ import annotations

import functools
import sys
import types
import typing
from typing import Annotated, ForwardRef, Optional, Union

import fiddle as fdl
import pytest

from nemo_run.config import RECURSIVE_TYPES, Config, Partial, get_type_namespace, get_underlying_types

HERE = __name__


class Outer:
    class Inner: ...


def fit(x: int = 1) -> int:
    return x


@pytest.mark.parametrize(
    ("typ", "namespace"),
    [
        (int, "builtins.int"),
        (fit, f"{HERE}.fit"),
        (Outer.Inner, f"{HERE}.Outer.Inner"),
        (typing.List[int], "typing.List"),  # noqa: UP006
        (list[int], "builtins.list"),
        (Optional[int], "typing.Optional"),  # noqa: UP045
        (Union[int, str], "typing.Union"),  # noqa: UP007
        (int | None, "typing.Optional"),
        (int | str, "typing.Union"),
        (ForwardRef("X"), "typing.ForwardRef('X')"),
        (Config(fit), f"{HERE}.fit"),
        (Partial(Outer.Inner), f"{HERE}.Outer.Inner"),
        (fdl.Config(fit), f"{HERE}.fit"),
        (functools.partial(fit, 2), f"{HERE}.fit"),
        (Config, "nemo_run.config.Config"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_namespace(typ: object, namespace: str) -> None:
    assert get_type_namespace(typ) == namespace


@pytest.mark.parametrize(
    ("file", "module"), [("/a/train.py", "train"), ("run.me.py", "run.me"), (None, "__main__")]
)
def test_namespace_in_the_script_that_was_started(
    file: str | None, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = types.ModuleType("__main__")
    if file is not None:
        main.__file__ = file
    monkeypatch.setitem(sys.modules, "__main__", main)
    cls = type("Thing", (), {"__module__": "__main__"})
    assert get_type_namespace(cls) == f"{module}.Thing"


@pytest.mark.parametrize(
    ("hint", "members"),
    [
        (int, {int}),
        (list[int], {list[int]}),
        (Optional[int], {int, type(None)}),  # noqa: UP045
        (Union[int, str, None], {int, str, type(None)}),  # noqa: UP007
        (int | str, {int, str}),
        (int | None, {int, type(None)}),
        (Annotated[Optional[int], "note"], {int, type(None)}),  # noqa: UP045
        (Annotated[int | str, "note"], {int, str}),
        (Annotated[int, "note"], {Annotated[int, "note"]}),
    ],
    ids=str,
)
def test_underlying_types(hint: object, members: set[object]) -> None:
    assert get_underlying_types(hint) == members


def test_recursive_types_are_the_origins_of_unions() -> None:
    unions = (Optional[int], Union[int, str], int | str)  # noqa: UP007, UP045
    assert {typing.get_origin(union) for union in unions} <= set(RECURSIVE_TYPES)
    assert typing.get_origin(list[int]) not in RECURSIVE_TYPES
