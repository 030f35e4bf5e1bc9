"""Annotations as objects, however they were written down."""

from __future__ import annotations

import functools
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import (  # noqa: UP035
    TYPE_CHECKING,
    Annotated,
    Any,
    Callable,
    Dict,
    List,
    Literal,
    NewType,
    Optional,
    TypeVar,
    Union,
)

import pytest

import nemo_run as run
from nemo_run._types.hints import MISSING, Unresolved, hint_for, hints_of, return_hint, signature_of
from nemo_run._types.shape import allows_none, bare, config_class_of, is_partial, members_of, without_none

if TYPE_CHECKING:
    import json.decoder
    from collections import OrderedDict as Ordered

Name = NewType("Name", str)
Bound = TypeVar("Bound", bound="Net")


@dataclass
class Net:
    width: int = 8
    inner: Optional[Net] = None  # noqa: UP045


class Own(Net):
    def __init__(self, late: Ordered, *rest: int, key: Net, **others: float) -> None:
        super().__init__()

    def method(self, net: Net) -> None: ...

    def __call__(self, word: str) -> None: ...


def fit(
    net: Net,
    many: List[Net],  # noqa: UP006
    decoder: json.decoder.JSONDecoder,
    literal: Literal["Net"],
    kept: Annotated[Net, "extra"],
    plain=3,
) -> run.Partial[Net]: ...


def lost(known: int, unknown: NoSuchThing): ...  # noqa: F821


def test_text_of_a_function_is_evaluated_in_its_module():
    from json.decoder import JSONDecoder

    assert hints_of(fit) == {
        "net": Net,
        "many": List[Net],  # noqa: UP006
        "decoder": JSONDecoder,
        "literal": Literal["Net"],
        "kept": Annotated[Net, "extra"],
    }
    assert return_hint(fit) == run.Partial[Net]
    assert hint_for(fit, "plain") is MISSING


def test_text_of_a_class_is_evaluated():
    from collections import OrderedDict

    assert hints_of(Net) == {"width": int, "inner": Optional[Net]}  # noqa: UP045
    assert hints_of(Own) == {"late": OrderedDict, "rest": int, "key": Net, "others": float}
    assert hint_for(Own, "anything") is float
    assert hints_of(Own.method)["net"] is Net
    assert hints_of(object.__new__(Own)) == {"word": str}
    assert hints_of(functools.partial(fit, None))["kept"] == Annotated[Net, "extra"]


def test_what_nobody_can_evaluate_is_said_and_tried_again(monkeypatch):
    assert hints_of(lost) == {"known": int, "unknown": Unresolved("NoSuchThing")}
    monkeypatch.setitem(globals(), "NoSuchThing", Net)
    assert hints_of(lost)["unknown"] is Net


def test_a_base_of_another_module(tmp_path, monkeypatch):
    (tmp_path / "bases_elsewhere.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom decimal import Decimal\n"
        "@dataclass\nclass Base:\n    amount: Decimal\n"
    )
    (tmp_path / "subs_elsewhere.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "from fractions import Fraction\n"
        "import bases_elsewhere\n@dataclass\nclass Sub(bases_elsewhere.Base):\n    share: Fraction\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("subs_elsewhere")
    found = {name: hint.__name__ for name, hint in hints_of(module.Sub).items()}
    assert found == {"amount": "Decimal", "share": "Fraction"}
    for name in ("bases_elsewhere", "subs_elsewhere"):
        sys.modules.pop(name)


def test_names_of_the_surroundings():
    def inner(net: Net, other: Bound): ...

    inner.__annotations__ = {"net": "Callable[[Net], Net]", "other": list["Net"]}
    assert hints_of(inner) == {"net": Callable[[Net], Net], "other": list[Net]}

    def nested(texts: int, unions: int): ...

    nested.__annotations__ = {"texts": "dict[str, list['Net']]", "unions": Optional[list["Net"]]}  # noqa: UP045
    assert hints_of(nested) == {"texts": dict[str, list[Net]], "unions": Optional[list[Net]]}  # noqa: UP045


@pytest.mark.parametrize("target", [3, None, "text"])
def test_what_is_not_callable_has_no_signature(target):
    with pytest.raises(TypeError):
        signature_of(target)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (Annotated[Name, 1], str),
        (Annotated[int, 1], int),
        (int, int),
        (Optional[int], Optional[int]),  # noqa: UP045
    ],
)
def test_bare(hint, expected):
    assert bare(hint) == expected


@pytest.mark.parametrize(
    ("hint", "members"),
    [
        (Union[int, str], (int, str)),  # noqa: UP007
        (str | None | int, (str, type(None), int)),
        (Annotated[Optional[Name], 1], (str, type(None))),  # noqa: UP045
        (Any, (Any,)),
    ],
)
def test_members(hint, members):
    assert members_of(hint) == members
    assert allows_none(hint) == (type(None) in members or hint is Any)


def test_without_none():
    assert without_none(Optional[int]) is int  # noqa: UP045
    assert without_none(int | None | str) == Union[int, str]  # noqa: UP007
    assert without_none(type(None)) is type(None)


@pytest.mark.parametrize(
    ("hint", "target", "partial"),
    [
        (Net, Net, False),
        (Optional[Net], Net, False),  # noqa: UP045
        (Net | None, Net, False),
        (int | Net, Net, False),
        (Annotated[Optional[Net], run.Config[Net]], Net, False),  # noqa: UP045
        (Annotated[Optional[Bound], run.Partial[Bound]][Net], Net, True),  # noqa: UP045
        (run.Config[Net], Net, False),
        (run.Partial[fit], fit, True),
        (Optional[run.Partial[Net]], Net, True),  # noqa: UP045
        (Bound, None, False),
        (Dict[str, int], dict, False),  # noqa: UP006
        (int, None, False),
        (Path, None, False),
        (Any, None, False),
        (List[Net], None, False),  # noqa: UP006
        (Callable[..., int], None, False),
        (Unresolved("Net"), None, False),
    ],
)
def test_what_a_nested_configuration_configures(hint, target, partial):
    assert config_class_of(hint) is target
    assert is_partial(hint) is partial


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax came with Python 3.12")
def test_type_aliases_and_parameters():
    names: dict[str, Any] = {"Net": Net, "Optional": Optional}
    exec("type Some = Optional[Net]\ntype Pair[T] = tuple[T, int]", names)
    exec("def make[T](some: Some, pair: Pair[str], it: T): ...", names)
    hints = hints_of(names["make"])
    assert without_none(hints["some"]) is Net
    assert bare(hints["pair"]) == tuple[str, int]
    assert config_class_of(hints["some"]) is Net


def test_keywords_of_a_typed_dict():
    from typing_extensions import TypedDict, Unpack

    class Options(TypedDict):
        size: int

    def take(**options): ...

    take.__annotations__ = {"options": Unpack[Options]}
    assert hint_for(take, "size") is int
    assert hint_for(take, "other") is MISSING
