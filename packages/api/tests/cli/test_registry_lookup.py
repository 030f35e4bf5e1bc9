"""Namespaces of annotations, and factories found by them."""

from __future__ import annotations

import inspect
import re
import sys
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Dict, ForwardRef, List, Literal, NewType, Optional, TypeVar, Union  # noqa: UP035

import pytest
from typing_extensions import TypeAliasType

from nemo_run._registry._factories import Factories
from nemo_run._registry.constituents import extract_constituent_types, namespaces_of
from nemo_run._registry.errors import UnknownFactoryError, unknown_namespace
from nemo_run.config import Config, Partial
from nemo_run.exceptions import NemoRunError

HERE = __name__
T = TypeVar("T")
REF = ForwardRef("X")


@dataclass
class Net:
    width: int = 8


@dataclass
class Wide(Net):
    depth: int = 1


@dataclass
class Sgd:
    lr: float = 0.1


NETS = NewType("NETS", list[Net])
ALIAS = TypeAliasType("ALIAS", list[Net])


def fit(net: Net, nets: list[Net] | None = None) -> None: ...


def make() -> None: ...


def other() -> None: ...


@pytest.mark.parametrize(
    ("hint", "types_"),
    [
        (int, {int}),
        (Optional[int], {int}),  # noqa: UP045
        (Union[int, str], {int, str}),  # noqa: UP007
        (int | str | None, {int, str}),
        (Annotated[int, 1], {int}),
        (Annotated[Optional[Net], 1], {Net}),  # noqa: UP045
        (list[int], {list, int, list[int]}),
        (List[int], {list, int, List[int]}),  # noqa: UP006
        (Dict[str, List[int]], {dict, str, list, int, List[int], Dict[str, List[int]]}),  # noqa: UP006
        (dict[str, Net | None], {dict, str, Net, dict[str, Net | None]}),
        (fit, {fit}),
        (Net, {Net}),
        (T, {T}),
        (REF, {REF}),
        (NETS, {NETS, list, Net, list[Net]}),
        (ALIAS, {list, Net, list[Net]}),
        (Literal["a", 1], {Literal["a", 1]}),
        (tuple[int, ...], {tuple, int, tuple[int, ...]}),
        (
            Callable[[Net], str],
            {typing.get_origin(Callable[[Net], str]), Net, str, Callable[[Net], str]},
        ),
    ],
    ids=lambda value: "" if isinstance(value, set) else re.sub(r" at 0x\w+", "", str(value)),
)
def test_what_annotations_are_made_of(hint: Any, types_: set[Any]) -> None:
    assert extract_constituent_types(hint) == types_


@pytest.mark.parametrize(
    ("hint", "namespaces"),
    [
        (Net, [f"{HERE}.Net"]),
        (Net | None, [f"typing.Union[builtins.NoneType, {HERE}.Net]", f"{HERE}.Net", "typing.Optional"]),
        (list[Net], [f"builtins.list[{HERE}.Net]", f"{HERE}.Net", "builtins.list"]),
        (List[Net], [f"builtins.list[{HERE}.Net]", f"{HERE}.Net", "typing.List", "builtins.list"]),  # noqa: UP006
        (Annotated[Net, "x"], [f"{HERE}.Net"]),
        (ALIAS, [f"builtins.list[{HERE}.Net]", f"{HERE}.Net", "builtins.list"]),
        (Config[Net], [f"nemo_run.config.Config[{HERE}.Net]", f"{HERE}.Net", "nemo_run.config.Config"]),
    ],
    ids=str,
)
def test_namespaces_from_close_to_coarse(hint: Any, namespaces: list[str]) -> None:
    assert [name for name in namespaces_of(hint) if name in namespaces] == namespaces


def test_a_union_and_the_union_turned_round_share_a_namespace() -> None:
    assert namespaces_of(int | str)[0] == namespaces_of(Union[str, int])[0]  # noqa: UP007


class TestFactories:
    def test_what_was_registered_is_found(self) -> None:
        factories = Factories()
        factories.register("a.B", "small", make)
        factories.register("a.B", "large", other)
        assert factories.find("a.B", "small") is make
        assert factories.find("a.B", "none") is None
        assert factories.find("a.C", "small") is None
        assert factories.names_in("a.B") == ["small", "large"]
        assert factories.in_namespace("a.B") == {"small": make, "large": other}
        assert factories.names_in("a.C") == []
        assert factories.in_namespace("a.C") == {}
        assert factories.namespaces() == ["a.B"]

    def test_the_same_key_again_replaces_silently(self) -> None:
        factories = Factories()
        factories.register("a.B", "small", make)
        factories.register("a.B", "small", other)
        assert factories.find("a.B", "small") is other

    def test_a_copy_is_handed_out(self) -> None:
        factories = Factories()
        factories.register("a.B", "small", make)
        factories.in_namespace("a.B").clear()
        assert factories.names_in("a.B") == ["small"]

    @pytest.mark.parametrize("owner", [fit, Config(fit), Partial(fit)], ids=["function", "config", "partial"])
    def test_the_owner_comes_first_then_its_parameter_then_the_type(self, owner: Any) -> None:
        spaces = Factories().namespaces_for(owner, "net", Net)
        assert spaces == [f"{HERE}.fit", f"{HERE}.fit.net", f"{HERE}.Net"]

    @pytest.mark.parametrize("hint", [None, inspect.Parameter.empty, "Net"])
    def test_without_an_annotation_the_owner_counts(self, hint: Any) -> None:
        assert Factories().namespaces_for(fit, "net", hint) == [f"{HERE}.fit", f"{HERE}.fit.net"]

    def test_an_object_stands_for_its_class(self) -> None:
        assert Factories().namespaces_for(Net(), "width", None) == [f"{HERE}.Net", f"{HERE}.Net.width"]

    def test_nothing_known_means_nowhere(self) -> None:
        assert Factories().namespaces_for(None, "net", None) == []

    def test_lists_of_other_things_come_last(self) -> None:
        factories = Factories()
        factories.register("builtins.list", "both", other)
        assert factories.find_for(fit, "nets", list[Net], "both") is other
        factories.register(f"builtins.list[{HERE}.Net]", "both", make)
        assert factories.find_for(fit, "nets", list[Net], "both") is make
        assert factories.find_for(fit, "nets", list[Sgd], "both") is other

    def test_default_is_never_that_of_the_whole_owner(self) -> None:
        factories = Factories()
        factories.register(f"{HERE}.fit", "default", other)
        assert factories.find_for(fit, "net", Net, "default") is None
        assert factories.find_for(fit, "", fit, "default") is other
        factories.register(f"{HERE}.Net", "default", make)
        assert factories.find_for(fit, "net", Net, "default") is make
        factories.register(f"{HERE}.fit.net", "default", other)
        assert factories.find_for(fit, "net", Net, "default") is other

    def test_no_inheritance(self) -> None:
        factories = Factories()
        factories.register(f"{HERE}.Net", "base", make)
        factories.register(f"{HERE}.Wide", "wide", other)
        assert factories.find_for(None, "", Wide, "base") is None
        assert factories.find_for(None, "", Net, "wide") is None

    def test_candidates_leave_out_what_makes_the_whole_owner(self) -> None:
        factories = Factories()
        factories.register(f"{HERE}.fit", "base", other)
        factories.register(f"{HERE}.fit.net", "special", make)
        factories.register(f"{HERE}.Net", "special", other)
        factories.register(f"{HERE}.Net", "wide", other)
        assert factories.candidates(fit, "net", Net) == {"special": make, "wide": other}
        assert factories.candidates(fit, "", fit) == {"base": other}

    def test_kinds_include_subclasses(self) -> None:
        factories = Factories()
        factories.register("a", "base", make, kind=Net)
        factories.register("b", "wide", other, kind=Wide)
        factories.register("c", "sgd", other, kind=Sgd)
        factories.register("d", "function", other, kind=fit)
        assert factories.of_kind(Net) == {"base": make, "wide": other}
        assert factories.of_kind(Wide) == {"wide": other}


class TestUnknownNamespaces:
    def test_they_are_look_up_errors_and_value_errors(self) -> None:
        error = unknown_namespace("no such thing")
        assert isinstance(error, (UnknownFactoryError, NemoRunError))
        assert isinstance(error, LookupError)
        assert isinstance(error, ValueError)
        assert str(error) == "no such thing"

    def test_programs_that_use_catalogue_catch_its_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class RegistryError(ValueError):
            pass

        catalogue = types.ModuleType("catalogue")
        catalogue.RegistryError = RegistryError  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "catalogue", catalogue)
        assert isinstance(unknown_namespace("x"), RegistryError)
        assert isinstance(unknown_namespace("x"), UnknownFactoryError)
