"""The decorator ``factory``, and what finds the factories it registers."""

from __future__ import annotations

import copy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Optional  # noqa: UP035

import pytest

import nemo_run as run
from nemo_run._registry import discovery, factories
from nemo_run._registry.errors import UnknownFactoryError
from nemo_run.cli.api import FactoryProtocol, FactoryRegistration, _get_return_type, _register_factory
from nemo_run.exceptions import InvalidConfigError, NemoRunError

if TYPE_CHECKING:
    from fractions import Fraction

HERE = __name__


@dataclass
class Net:
    width: int = 8


@dataclass
class Wide(Net):
    depth: int = 1


def fit(net: Net, nets: list[Net] | None = None) -> None: ...


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test start with what the process has, and leave nothing behind."""
    for table in ("_tables", "_kinds", "_exact"):
        monkeypatch.setattr(factories, table, copy.deepcopy(getattr(factories, table)))
    monkeypatch.setattr(discovery.load_workspace, "_is_done", True)
    monkeypatch.setattr(discovery.load_plugins, "_is_done", True)


class TestWrapper:
    def test_it_does_what_the_function_does(self) -> None:
        def small(width: int = 4) -> run.Config[Net]:
            """A small one."""
            return run.Config(Net, width=width)

        wrapper = run.cli.factory(small)
        assert wrapper(5) == run.Config(Net, width=5)
        assert wrapper.wrapped is small
        assert wrapper.__wrapped__ is small
        assert wrapper.__factory__ is True
        assert (wrapper.__name__, wrapper.__doc__) == ("small", "A small one.")
        assert isinstance(wrapper, FactoryProtocol)

    def test_with_and_without_arguments(self) -> None:
        @run.cli.factory
        def one() -> run.Config[Net]:
            return run.Config(Net)

        @run.cli.factory()
        def two() -> run.Config[Net]:
            return run.Config(Net)

        def three() -> Any:
            return run.Config(Net)

        run.cli.factory(three, Net)
        assert factories.names_in(f"{HERE}.Net") == ["one", "two", "three"]

    def test_on_an_autoconverted_function(self) -> None:
        @run.cli.factory
        @run.autoconvert
        def made() -> Net:
            return Net(width=3)

        assert made.__auto_config__ is True
        assert made() == run.Config(Net, width=3)
        assert factories.find(f"{HERE}.Net", "made") is made

    def test_on_an_autoconverted_function_of_a_list(self) -> None:
        @run.cli.factory
        @run.autoconvert
        def several() -> list[Net]:
            return [Net(), Net()]

        assert factories.find("builtins.list", "several") is several
        assert factories.find(f"builtins.list[{HERE}.Net]", "several") is several

    def test_a_class_stays_a_class_and_makes_configurations_of_itself(self) -> None:
        @run.cli.factory
        @dataclass
        class Deep:
            layers: int = 2

        assert isinstance(Deep(), Deep)
        found = factories.find(run.config.get_type_namespace(Deep), "Deep")
        assert found is not None
        assert found(layers=5) == run.Config(Deep, layers=5)

    def test_a_class_for_a_target(self) -> None:
        @run.cli.factory(target=Net, name="deep")
        class Deep(Net): ...

        assert factories.find(f"{HERE}.Net", "deep")() == run.Config(Deep)  # type: ignore[misc]


class TestNamespace:
    def test_given(self) -> None:
        @run.cli.factory(namespace="my.things", name="x")
        def anything():
            return 1

        assert factories.find("my.things", "x") is anything

    def test_given_goes_before_the_target(self) -> None:
        @run.cli.factory(target=Net, namespace="my.things")
        def anything():
            return 1

        assert factories.find("my.things", "anything") is anything
        assert factories.find(f"{HERE}.Net", "anything") is None

    @pytest.mark.parametrize("target", [Net, fit], ids=["class", "function"])
    def test_of_the_target(self, target: Any) -> None:
        @run.cli.factory(target=target)
        def anything():
            return 1

        assert factories.find(f"{HERE}.{target.__name__}", "anything") is anything

    def test_the_target_goes_before_the_annotation(self) -> None:
        @run.cli.factory(target=fit)
        def anything() -> run.Config[Net]:
            return run.Config(Net)

        assert factories.find(f"{HERE}.fit", "anything") is anything
        assert factories.find(f"{HERE}.Net", "anything") is None

    @pytest.mark.parametrize("kind", [run.Config, run.Partial])
    def test_of_the_annotation(self, kind: Any) -> None:
        def anything():
            return kind(fit)

        anything.__annotations__["return"] = kind[Net]
        run.cli.factory(anything)
        assert "anything" in factories.names_in(f"{HERE}.Net")

    def test_of_an_annotation_that_is_text(self) -> None:
        def anything() -> run.Config[Net]:  # this file postpones the evaluation of annotations
            return run.Config(Net)

        assert isinstance(anything.__annotations__["return"], str)
        assert _get_return_type(anything) is Net

    def test_of_a_class_that_is_local_to_the_function_that_decorates(self) -> None:
        @dataclass
        class Local:
            x: int = 1

        @run.cli.factory
        def anything() -> run.Config[Local]:
            return run.Config(Net)  # type: ignore[return-value]

        assert factories.find(run.config.get_type_namespace(Local), "anything") is anything

    def test_of_a_class_that_is_imported_for_type_checkers(self) -> None:
        @run.cli.factory
        def anything() -> run.Config[Fraction]:
            return run.Config(Net)  # type: ignore[return-value]

        assert factories.find("fractions.Fraction", "anything") is anything

    @pytest.mark.parametrize(
        ("hint", "namespaces"),
        [
            (run.Config[Net | None], ["typing.Optional", f"typing.Union[builtins.NoneType, {HERE}.Net]"]),
            (run.Config[Optional[Net]], ["typing.Optional"]),  # noqa: UP045
            (run.Config[Net | Wide], ["typing.Union"]),
            (run.Config[List[Net]], ["typing.List", f"builtins.list[{HERE}.Net]"]),  # noqa: UP006
            (run.Config[list[Net]], ["builtins.list", f"builtins.list[{HERE}.Net]"]),
        ],
        ids=str,
    )
    def test_of_a_generic_annotation(self, hint: Any, namespaces: list[str]) -> None:
        def anything():
            return None

        anything.__annotations__["return"] = hint
        run.cli.factory(anything)
        assert all("anything" in factories.names_in(namespace) for namespace in namespaces)

    def test_of_a_parameter(self) -> None:
        @run.cli.factory(target=fit, target_arg="net")
        def anything():
            return run.Config(Net)

        assert factories.find(f"{HERE}.fit.net", "anything") is anything
        assert factories.find(f"{HERE}.fit", "anything") is None

    def test_of_the_script_that_was_started(self, tmp_path: Path) -> None:
        script = tmp_path / "training.py"
        script.write_text(
            "import nemo_run as run\n"
            "class Net: ...\n"
            "@run.cli.factory\n"
            "def wide() -> run.Config[Net]: return run.Config(Net)\n"
            "assert run.cli.list_factories('training.Net') == [wide], run.cli.list_factories(Net)\n"
            "assert run.cli.resolve_factory(Net, 'wide') is wide\n"
        )
        subprocess.run([sys.executable, "-W", "error", str(script)], check=True, cwd=tmp_path, timeout=60)


class TestName:
    def test_given_or_that_of_the_function(self) -> None:
        @run.cli.factory(name="tiny")
        def one() -> run.Config[Net]:
            return run.Config(Net)

        assert factories.names_in(f"{HERE}.Net") == ["tiny"]

    def test_the_default_of_a_target_has_two_names(self) -> None:
        @run.cli.factory(target=Net, is_target_default=True)
        def one():
            return run.Config(Net)

        assert factories.in_namespace(f"{HERE}.Net") == {"one": one, "default": one}

    def test_the_same_key_again_replaces(self) -> None:
        def make(width: int) -> Any:
            @run.cli.factory(target=Net, name="same")
            def one():
                return run.Config(Net, width=width)

            return one

        make(1)
        second = make(2)
        assert run.cli.resolve_factory(Net, "same") is second


class TestErrors:
    def test_a_parameter_of_nothing(self) -> None:
        with pytest.raises(
            ValueError, match=r"^`target_arg` cannot be used without specifying a `target`\.$"
        ) as info:
            run.cli.factory(target_arg="net")
        assert isinstance(info.value, InvalidConfigError)

    def test_no_annotation(self) -> None:
        with pytest.raises(TypeError, match="Missing return type annotation for function 'bare'") as info:

            @run.cli.factory
            def bare(): ...

        assert isinstance(info.value, NemoRunError)

    @pytest.mark.parametrize("hint", [Net, int, list, run.Config, None, list[run.Config]], ids=str)
    def test_an_annotation_that_is_no_configuration(self, hint: Any) -> None:
        def made(): ...

        made.__annotations__["return"] = hint
        with pytest.raises(
            ValueError,
            match="Factory function 'made' has a return type which is not a subclass of Config or Partial",
        ) as info:
            run.cli.factory(made)
        assert isinstance(info.value, InvalidConfigError)

    def test_an_annotation_that_nobody_can_evaluate(self) -> None:
        with pytest.raises(
            TypeError, match=r"'run.Config\[Nett\]' of function 'made'.*'Nett' is not defined"
        ):

            @run.cli.factory
            def made() -> run.Config[Nett]: ...  # type: ignore[name-defined]  # noqa: F821

    def test_none_of_that_matters_with_a_target(self) -> None:
        @run.cli.factory(target=Net)
        def made() -> Nett: ...  # type: ignore[name-defined]  # noqa: F821

        assert run.cli.list_factories(Net) == [made]


class TestLookUp:
    @pytest.fixture
    def wide(self) -> Any:
        @run.cli.factory(is_target_default=True)
        def wide() -> run.Config[Net]:
            return run.Config(Net, width=64)

        return wide

    def test_by_namespace(self, wide: Any) -> None:
        assert run.cli.resolve_factory(f"{HERE}.Net", "wide") is wide
        with pytest.raises(UnknownFactoryError, match="under 'wade'; there are default, wide"):
            run.cli.resolve_factory(f"{HERE}.Net", "wade")
        with pytest.raises(LookupError, match=r"No factory found for no\.such under 'wide'; there are none"):
            run.cli.resolve_factory("no.such", "wide")

    @pytest.mark.parametrize(
        "hint",
        [Net, Optional[Net], Net | None, Net | str, List[Net], dict[str, Net]],  # noqa: UP006, UP045
        ids=str,
    )
    def test_by_the_parts_of_a_type(self, hint: Any, wide: Any) -> None:
        assert run.cli.resolve_factory(hint, "wide") is wide
        assert run.cli.resolve_factory(hint, "default") is wide

    def test_by_function(self) -> None:
        @run.cli.factory(target=fit)
        def base():
            return run.Partial(fit)

        assert run.cli.resolve_factory(fit, "base") is base
        assert run.cli.resolve_factory(run.Partial(fit), "base") is base
        assert run.cli.list_factories(fit) == [base]
        assert run.cli.list_factories(f"{HERE}.fit") == [base]

    def test_nothing_found(self, wide: Any) -> None:
        with pytest.raises(ValueError, match=r"No factory found for .*Wide.* under 'wide'"):
            run.cli.resolve_factory(Wide, "wide")

    def test_something_else_was_registered(self) -> None:
        factories.register("my.things", "x", print)
        with pytest.raises(AssertionError, match=r"is not a registered factory\.") as info:
            run.cli.resolve_factory("my.things", "x")
        assert isinstance(info.value, NemoRunError)

    def test_a_default_is_listed_twice(self, wide: Any) -> None:
        assert run.cli.list_factories(Net) == [wide, wide]
        assert run.cli.list_factories(Wide) == []
        assert run.cli.list_factories("no.such") == []

    def test_lists_of_different_things(self) -> None:
        @run.cli.factory(name="both")
        def nets() -> run.Config[list[Net]]:
            return run.Config(list)

        @run.cli.factory(name="both")
        def names() -> run.Config[List[str]]:  # noqa: UP006
            return run.Config(list)

        assert run.cli.resolve_factory(List[Net], "both") is nets  # noqa: UP006
        assert run.cli.resolve_factory(list[str], "both") is names
        assert run.cli.list_factories(list[Net]) == [nets]
        assert factories.candidates(fit, "nets", list[Net]) == {"both": nets}
        assert factories.candidates(fit, "nets", list[Wide]) == {}
        coarse = run.cli.list_factories("typing.List")
        assert names in coarse
        assert nets not in coarse

    def test_where_something_was_registered(self) -> None:
        def plain() -> run.Config[Net]:
            return run.Config(Net)

        assert _register_factory(plain) == FactoryRegistration(f"{HERE}.Net", "plain")
        assert factories.find(f"{HERE}.Net", "plain") is plain
