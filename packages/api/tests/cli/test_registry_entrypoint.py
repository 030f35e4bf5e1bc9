"""The decorator ``entrypoint``, the class behind it, and how entry points are listed."""

from __future__ import annotations

import copy
import functools
import warnings
from dataclasses import dataclass
from typing import Any

import pytest

import nemo_run as run
from nemo_run._registry import discovery, entrypoints, factories
from nemo_run.cli.api import Entrypoint, EntrypointProtocol, RunContext
from nemo_run.exceptions import InvalidConfigError

HERE = __name__


@dataclass
class Net:
    width: int = 8


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without entry points, and leave nothing behind."""
    monkeypatch.setattr(entrypoints, "_table", {})
    for table in ("_tables", "_kinds", "_exact"):
        monkeypatch.setattr(factories, table, copy.deepcopy(getattr(factories, table)))
    monkeypatch.setattr(discovery.load_workspace, "_is_done", True)
    monkeypatch.setattr(discovery.load_plugins, "_is_done", True)


class TestDecorator:
    def test_it_returns_the_function(self) -> None:
        def train(steps: int = 1) -> int:
            return steps

        assert run.cli.entrypoint(train) is train
        assert isinstance(train.cli_entrypoint, Entrypoint)  # type: ignore[attr-defined]
        assert isinstance(train, EntrypointProtocol)
        assert train(3) == 3

    def test_with_arguments(self) -> None:
        executor, plugins = run.Config(run.LocalExecutor), [run.Config(run.Plugin)]

        class Context(RunContext): ...

        @run.cli.entrypoint(
            name="fit",
            namespace="llm.recipes",
            help="Train a model.",
            skip_confirmation=True,
            enable_executor=False,
            default_executor=executor,
            default_plugins=plugins,
            type="experiment",
            run_ctx_cls=Context,
        )
        def train(ctx: Any) -> None: ...

        made = train.cli_entrypoint
        assert made.fn is train
        assert (made.name, made.namespace, made.path) == ("fit", "llm.recipes", "llm.recipes.train")
        assert made.help_str == "fit\nTrain a model."
        assert (made.skip_confirmation, made.enable_executor) == (True, False)
        assert (made.default_executor, made.default_plugins) == (executor, plugins)
        assert (made.type, made.run_ctx_cls, made.arg_types) == ("experiment", Context, {})
        assert made.default_factory is None

    def test_defaults(self) -> None:
        @run.cli.entrypoint
        def train() -> None:
            """Train a model.

            Slowly.

            Args:
                nothing: at all.
            """

        made = train.cli_entrypoint
        assert (made.name, made.namespace, made.path) == ("train", HERE, f"{HERE}.train")
        assert made.help_str == "train\n\nTrain a model.\n\nSlowly."
        assert (made.skip_confirmation, made.enable_executor, made.type) == (False, True, "task")
        assert made.run_ctx_cls is RunContext

    def test_without_documentation(self) -> None:
        @run.cli.entrypoint
        def train() -> None: ...

        assert train.cli_entrypoint.help_str == "train"

    def test_the_namespace_is_the_module_that_calls(self) -> None:
        def train() -> None: ...

        train.__module__ = "somewhere.else"
        run.cli.entrypoint(train)
        assert train.cli_entrypoint.namespace == HERE  # type: ignore[attr-defined]

    def test_its_default_is_a_factory_with_two_names(self) -> None:
        def recipe():
            return run.Partial(train)

        @run.cli.entrypoint(default_factory=recipe)
        def train() -> None: ...

        namespace = run.config.get_type_namespace(train)
        assert factories.names_in(namespace) == ["recipe", "default"]
        assert run.cli.resolve_factory(train, "default")() == run.Partial(train)
        assert train.cli_entrypoint.default_factory is recipe

    def test_a_default_that_is_a_factory_already(self) -> None:
        def train() -> None: ...

        @run.cli.factory(namespace="elsewhere")
        def recipe():
            return run.Partial(train)

        run.cli.entrypoint(train, default_factory=recipe)
        assert run.cli.resolve_factory(train, "recipe").wrapped is recipe.wrapped  # type: ignore[attr-defined]

    def test_its_own_class(self) -> None:
        class Mine(Entrypoint): ...

        @run.cli.entrypoint(entrypoint_cls=Mine)
        def train() -> None: ...

        assert type(train.cli_entrypoint) is Mine

    @pytest.mark.parametrize("old", [True, False])
    def test_the_opposite_in_older_programs(self, old: bool) -> None:
        def train() -> None: ...

        with pytest.warns(DeprecationWarning, match=f"skip_confirmation={not old}") as warned:
            run.cli.entrypoint(train, require_confirmation=old)
        assert train.cli_entrypoint.skip_confirmation is not old  # type: ignore[attr-defined]
        assert warned[0].filename == __file__


class TestErrors:
    def test_a_task_with_an_executor(self) -> None:
        def train(executor: Any) -> None: ...

        with pytest.raises(
            ValueError, match=r"^The function cannot have an argument named `executor` .*run\.executor=NAME"
        ) as info:
            run.cli.entrypoint(train)
        assert isinstance(info.value, InvalidConfigError)
        assert entrypoints.all() == []
        assert not hasattr(train, "cli_entrypoint")

    def test_an_experiment_with_an_executor(self) -> None:
        @run.cli.entrypoint(type="experiment")
        def sweep(ctx: Any, executor: Any) -> None: ...

        assert sweep.cli_entrypoint.type == "experiment"

    @pytest.mark.parametrize("kind", ["experiment", "sequential_experiment", "parallel_experiment"])
    def test_an_experiment_without_context(self, kind: str) -> None:
        def sweep(context: Any) -> None: ...

        with pytest.raises(ValueError, match=r"`ctx`.*sweep\(ctx: run\.cli\.RunContext"):
            run.cli.entrypoint(sweep, type=kind)

    def test_an_unknown_type(self) -> None:
        def train() -> None: ...

        with pytest.raises(
            ValueError, match="'train' has the unknown type 'job'; there are task, experiment"
        ):
            run.cli.entrypoint(train, type="job")

    def test_something_without_a_name(self) -> None:
        def train(steps: int) -> int:
            return steps

        nameless = functools.partial(train, 3)
        with pytest.raises(ValueError, match="has no name; pass name="):
            run.cli.entrypoint(nameless)
        run.cli.entrypoint(nameless, name="three", namespace="llm")
        assert run.cli.list_entrypoints("llm") == {"three": nameless.cli_entrypoint}  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="has no name; pass name="):
            run.cli.factory(nameless, Net)
        assert run.cli.factory(nameless, Net, name="three")() == 3

    def test_something_that_takes_no_attributes(self) -> None:
        class Thing:
            def act(self) -> None: ...

        with pytest.raises(ValueError, match="takes no attributes; decorate a function that calls it"):
            run.cli.entrypoint(Thing().act)
        assert entrypoints.all() == []


class TestRegistration:
    @staticmethod
    def _train(module: str = HERE, qualname: str = "train", **kwargs: Any) -> Any:
        def train() -> None: ...

        train.__module__, train.__qualname__ = module, qualname
        return run.cli.entrypoint(train, **kwargs)

    def test_they_are_listed_by_namespace_and_function(self) -> None:
        def train() -> None: ...
        def test() -> None: ...

        run.cli.entrypoint(train, namespace="llm.recipes", name="fit")
        run.cli.entrypoint(test, namespace="llm")
        one, two = train.cli_entrypoint, test.cli_entrypoint  # type: ignore[attr-defined]
        assert run.cli.list_entrypoints() == {"llm": {"recipes": {"train": one}, "test": two}}
        assert run.cli.list_entrypoints("llm") == {"recipes": {"train": one}, "test": two}
        assert run.cli.list_entrypoints("llm.recipes") == {"train": one}
        assert run.cli.list_entrypoints("llm.nothing") == {}
        assert run.cli.list_entrypoints("llm.test") == {}

    def test_two_functions_of_one_name_with_commands_of_their_own(self) -> None:
        one = self._train(module="a", namespace="llm", name="first")
        two = self._train(module="b", namespace="llm", name="second")
        listed = run.cli.list_entrypoints("llm")
        assert listed == {"train": one.cli_entrypoint, "second": two.cli_entrypoint}

    def test_a_command_and_a_group_of_one_name(self) -> None:
        def build() -> None: ...
        def docs() -> None: ...

        run.cli.entrypoint(build, namespace="a")
        run.cli.entrypoint(docs, namespace="a.build")
        both = {"build": build.cli_entrypoint, "docs": docs.cli_entrypoint}  # type: ignore[attr-defined]
        assert run.cli.list_entrypoints("a.build") == both
        entrypoints._table = dict(reversed(entrypoints._table.items()))
        assert run.cli.list_entrypoints("a.build") == both

    def test_a_different_function_replaces_with_a_warning_that_names_both(self) -> None:
        def train() -> None: ...

        self._train(namespace="llm")
        first = self._train.__code__.co_firstlineno
        with pytest.warns(UserWarning, match="entry point 'llm.train'") as warned:
            run.cli.entrypoint(train, namespace="llm")
        message = str(warned[0].message)
        assert message.count(__file__) == 2
        assert f"{__file__}:{train.__code__.co_firstlineno}" in message
        assert f"{__file__}:{first + 2}" in message or f"{__file__}:{first + 1}" in message
        assert "name=" in message
        assert warned[0].filename == __file__
        assert run.cli.list_entrypoints("llm") == {"train": train.cli_entrypoint}  # type: ignore[attr-defined]

    def test_the_same_lines_again_replace_silently(self) -> None:
        self._train(namespace="llm")
        second = self._train(namespace="llm")
        assert run.cli.list_entrypoints("llm") == {"train": second.cli_entrypoint}

    def test_a_module_that_also_runs_as_a_script(self) -> None:
        self._train(module="__main__", namespace="llm")
        self._train(module="training", namespace="llm")

    def test_a_notebook_cell_that_runs_again(self) -> None:
        source = "def train(): ..."
        for cell in ("<cell 1>", "<cell 2>"):
            module: dict[str, Any] = {"__name__": "__main__"}
            exec(compile(source, cell, "exec"), module)
            run.cli.entrypoint(module["train"], namespace="llm")

    def test_factories_replace_silently(self) -> None:
        def one(): ...
        def two(): ...

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run.cli.factory(one, Net, name="same")
            run.cli.factory(two, Net, name="same")


class TestEntrypoint:
    def test_it_calls_the_function(self) -> None:
        made = Entrypoint(lambda steps, rate=0.5: (steps, rate), "llm", name="fit")
        assert made(3, rate=1.0) == (3, 1.0)

    def test_it_keeps_what_it_is_given(self) -> None:
        def train() -> None: ...

        made = Entrypoint(train, "llm", env={"A": "1"}, help_str="Train.")
        assert (made.env, made.help_str, made.path) == ({"A": "1"}, "train\nTrain.", "llm.train")
        assert repr(made) == "<Entrypoint llm.train>"

    def test_configure(self) -> None:
        def train(net: Any, steps: int = 1) -> None: ...

        made = Entrypoint(train, "llm")
        made.configure(steps=4)
        assert made._configured_fn == run.Config(train, steps=4)

    def test_another_context_class_later(self) -> None:
        def train() -> None: ...

        class Context(RunContext): ...

        made = Entrypoint(train, "llm")
        made.run_ctx_cls = Context
        assert made.run_ctx_cls is Context

    @pytest.mark.parametrize("enabled", [True, False])
    def test_hooks(self, enabled: bool) -> None:
        calls: list[tuple[str, Any]] = []

        class Mine(Entrypoint):
            def _add_executor_command(self, parent: Any) -> None:
                calls.append(("executor", parent))

            def _add_simple_command(self, typer_instance: Any) -> None:
                calls.append(("simple", typer_instance))

        def train() -> None: ...

        parent: Any = object()
        Mine(train, "llm", enable_executor=enabled).cli(parent)
        assert calls == [("executor" if enabled else "simple", parent)]
