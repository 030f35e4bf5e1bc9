"""Annotations as text."""

# ruff: noqa: UP006, UP007, UP035, UP045 - the old spellings are what is tested

from __future__ import annotations

import collections.abc
import enum
import inspect
import pathlib
import sys
import types
import typing
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Callable,
    ClassVar,
    Concatenate,
    Dict,
    ForwardRef,
    List,
    Literal,
    NewType,
    Optional,
    ParamSpec,
    Tuple,
    Type,
    TypeVar,
    Union,
)

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nemo_run as run
from nemo_run._types.describe import class_to_str

HERE = __name__


class Color(enum.Enum):
    RED = 1


@dataclass
class Net:
    width: int = 8

    class Part:
        pass


T = TypeVar("T")
P = ParamSpec("P")
UserId = NewType("UserId", int)


def local_class() -> type:
    class Inner:
        pass

    return Inner


TEXTS = [
    (inspect.Parameter.empty, ""),
    (int, "int"),
    (None, "None"),
    (type(None), "None"),
    (Any, "Any"),
    (object, "object"),
    (Net, f"{HERE}.Net"),
    (Net.Part, f"{HERE}.Net.Part"),
    (local_class(), f"{HERE}.Inner"),
    (Color, f"{HERE}.Color"),
    (pathlib.Path, "pathlib.Path"),
    (Optional[int], "Optional[int]"),
    (int | None, "Optional[int]"),
    (None | int, "Optional[int]"),
    (Optional[Net], f"Optional[{HERE}.Net]"),
    (Union[int, str], "Union[int, str]"),
    (int | str, "Union[int, str]"),
    (Union[int, str, None], "Optional[Union[int, str]]"),
    (list, "list"),
    (List, "list"),
    (list[int], "list[int]"),
    (List[int], "list[int]"),
    (Dict[str, List[int]], "dict[str, list[int]]"),
    (Optional[List[Net]], f"Optional[list[{HERE}.Net]]"),
    (tuple[int, ...], "tuple[int, ...]"),
    (Tuple[int, ...], "tuple[int, ...]"),
    (Tuple[int, str], "tuple[int, str]"),
    (tuple[()], "tuple[()]"),
    (collections.abc.Sequence[int], "Sequence[int]"),
    (typing.Iterable, "Iterable"),
    (Type[Net], f"type[{HERE}.Net]"),
    (Callable, "Callable"),
    (Callable[[int], str], "Callable[[int], str]"),
    (Callable[..., int], "Callable[..., int]"),
    (collections.abc.Callable[[int, str], None], "Callable[[int, str], None]"),
    (Callable[P, int], "Callable[P, int]"),
    (Callable[Concatenate[int, P], str], "Callable[Concatenate[int, P], str]"),
    (Literal["a", 1, None, Color.RED], "Literal['a', 1, None, Color.RED]"),
    (Annotated[int, "doc"], "int"),
    (Annotated[Optional[Net], run.Config[Net]], f"Optional[{HERE}.Net]"),
    (run.Config[Net], f"Config[{HERE}.Net]"),
    (run.Partial[Net], f"Partial[{HERE}.Net]"),
    (run.Config["Net"], "Config[Net]"),
    (run.Config, "Config"),
    ("Net", "Net"),
    ("list[Net]", "list[Net]"),
    (ForwardRef("Net"), "Net"),
    (List["Net"], "list[Net]"),
    (T, "T"),
    (P, "P"),
    (UserId, f"{HERE}.UserId"),
    (ClassVar[int], "ClassVar[int]"),
    (5, "5"),
]


@pytest.mark.parametrize(("hint", "text"), TEXTS, ids=[str(n) for n in range(len(TEXTS))])
def test_an_annotation_is_told_as_people_write_it(hint: Any, text: str) -> None:
    assert class_to_str(hint) == text


def test_a_class_of_the_script_has_the_name_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    main = types.ModuleType("__main__")
    main.__file__ = "/somewhere/train_model.py"
    monkeypatch.setitem(sys.modules, "__main__", main)
    kind = type("Net", (), {"__module__": "__main__", "__qualname__": "Net"})
    assert class_to_str(kind) == "train_model.Net"
    assert class_to_str(Optional[kind]) == "Optional[train_model.Net]"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lightning.pytorch.core.module.LightningModule", "lightning.LightningModule"),
        ("lightning.pytorch.core.datamodule.LightningDataModule", "lightning.LightningDataModule"),
        ("nemo.lightning.pytorch.trainer.Trainer", "nemo.lightning.Trainer"),
        ("nemo.lightning.pytorch.optim.base.OptimizerModule", "nemo.lightning.OptimizerModule"),
    ],
)
def test_long_names_that_everybody_knows_are_short(path: str, text: str) -> None:
    module, _, name = path.rpartition(".")
    assert class_to_str(type(name, (), {"__module__": module, "__qualname__": name})) == text


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is of Python 3.12")
def test_an_alias_has_its_own_name() -> None:
    space: dict[str, Any] = {"__name__": "fix"}
    exec("type Numbers = list[int]\ntype Pair[T] = tuple[T, T]", space)
    assert class_to_str(space["Numbers"]) == "fix.Numbers"
    assert class_to_str(space["Pair"][int]) == "fix.Pair[int]"
    numbers = space["Numbers"]
    assert class_to_str(Optional[numbers]) == "Optional[fix.Numbers]"


class Hostile:
    """Raises at everything one may ask of it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    __hash__ = None  # type: ignore[assignment]


def test_an_annotation_that_raises_is_told_by_its_type() -> None:
    assert class_to_str(Hostile()) == "Hostile"


def test_an_endless_annotation_ends() -> None:
    hint: Any = int
    for _ in range(5000):
        hint = types.GenericAlias(list, (hint,))
    assert class_to_str(hint) == "GenericAlias"


LEAVES = st.sampled_from([hint for hint, _ in TEXTS if hint is not inspect.Parameter.empty])
HINTS = st.recursive(
    LEAVES | st.integers() | st.text() | st.builds(object),
    lambda inner: st.one_of(
        st.builds(lambda a: types.GenericAlias(list, (a,)), inner),
        st.builds(lambda a, b: types.GenericAlias(dict, (a, b)), inner, inner),
        st.builds(lambda a: Literal.__getitem__(a) if isinstance(a, (str, int)) else a, inner),
        st.builds(lambda a: Annotated[a, "x"] if isinstance(a, type) else a, inner),
        st.builds(lambda a, b: types.GenericAlias(collections.abc.Callable, ([a], b)), inner, inner),
        st.builds(lambda a: types.GenericAlias(tuple, (a, ...)), inner),
    ),
    max_leaves=8,
)


@given(HINTS)
def test_any_annotation_has_a_text(hint: Any) -> None:
    assert isinstance(class_to_str(hint), str)
