"""``run.autoconvert``: functions that build objects give configurations."""

from __future__ import annotations

import functools
import inspect
import linecache
import math
import sys
import types
from pathlib import Path
from typing import Any

import fiddle as fdl
import pytest
from fiddle.experimental.auto_config import UnsupportedLanguageConstructError, auto_config
from packages.api.tests.config import autoconvert_recipes as recipes
from packages.api.tests.config.autoconvert_recipes import Net, Outer, Plain, helper

import nemo_run as run
from nemo_run import api
from nemo_run.config import Config, Partial
from nemo_run.exceptions import NemoRunError


def every_config(root: Any) -> list[Any]:
    from nemo_run._config.graph import iter_configs

    return list(iter_configs(root))


def test_the_function_returns_a_config() -> None:
    assert recipes.net(width=5) == Config(Net, width=5)
    assert recipes.net() == recipes.net(5)
    assert recipes.net.wrapped(5) == Net(5)


def test_the_wrapper_looks_like_the_function() -> None:
    assert (recipes.net.__name__, recipes.net.__doc__) == ("net", "Make a network.")
    assert recipes.net.__wrapped__ is recipes.net.wrapped
    assert recipes.net.__auto_config__ is True
    assert list(inspect.signature(recipes.net).parameters) == ["width"]


def test_what_was_made_can_be_built() -> None:
    assert fdl.build(recipes.outer()) == Outer(Net(), [Net(1), Net(2)])


def test_every_node_is_ours() -> None:
    assert recipes.outer() == Config(
        Outer, inner=Config(Net), nets=[Config(Net, width=1), Config(Net, width=2)]
    )
    assert {type(node) for node in every_config(recipes.configs())} == {Config}


def test_annotations_may_be_text_nobody_can_evaluate() -> None:
    assert recipes.postponed(3) == Config(Outer, inner=Config(Net, width=3))


def test_calls_of_ordinary_functions_become_configs() -> None:
    made = recipes.helped()
    assert made.inner == Config(helper, 3)
    assert made.nets == [
        Config(str, 4),
        Config(len, [1]),
        Config(Path, "/x"),
        Config(math.sqrt, 4.0),
        Config(Plain.of, 2),
    ]


def test_everything_else_is_plain_python() -> None:
    made = recipes.plain_python()
    assert made.inner == Config(Net, width=6, act="a2/", dims=[2, 6])
    assert made.nets == [Config(Plain, size=7)]


def test_configs_in_the_body_are_used_as_they_are() -> None:
    made = recipes.configs()
    assert made.inner == Config(Net, width=7)
    assert made.nets[0] == Config(Net, width=4)


def test_sharing_is_kept_and_instances_become_configs() -> None:
    made = recipes.shared()
    assert made.inner is made.nets[0]
    assert made.nets[1] == Config(Net, width=99, act="relu", dims=[])


def test_functools_partial_becomes_a_partial() -> None:
    made = recipes.partials()
    assert made.inner == Partial(helper, 1)
    assert made.nets == [Partial(helper, x=1, y=3)]


def test_a_returned_partial_stays_one() -> None:
    assert recipes.a_partial() == Partial(helper, x=1)


def test_unless_partial_was_given() -> None:
    assert recipes.a_config_of_a_partial() == Config(helper, x=1)
    assert recipes.partial_of_a_call() == Partial(helper, x=1, y=Config(Net, width=5))


def test_lists_are_converted_item_by_item() -> None:
    assert recipes.several() == [Config(Net), Partial(helper), Config(Net, width=5)]
    both = run.autoconvert(recipes.several.wrapped, partial=True)
    assert both() == [Partial(Net), Partial(helper), Partial(Net, width=5)]


@pytest.mark.parametrize(
    ("function", "got"),
    [
        (recipes.a_tuple, r"got \(<Config"),
        (recipes.a_dict, r"got \{'a': <Config"),
        (recipes.a_number, "got 3"),
        (recipes.an_empty_list, r"got \[\]"),
        (recipes.a_mixed_list, "got 3"),
    ],
)
def test_what_is_not_configured_is_a_type_error(function: Any, got: str) -> None:
    with pytest.raises(TypeError, match=f"Expected buildable to be a config.Buildable, {got}") as caught:
        function()
    assert isinstance(caught.value, NemoRunError)
    assert f"{function.__name__}() at {recipes.__file__}:" in str(caught.value)


@pytest.mark.parametrize(("function", "what"), recipes.UNSUPPORTED)
def test_control_flow_is_refused_when_it_is_called(function: Any, what: str) -> None:
    with pytest.raises(UnsupportedLanguageConstructError) as caught:
        function()
    error = caught.value
    assert isinstance(error, NemoRunError)
    assert str(error).startswith(f"{what} is unsupported by auto_config. {function.__name__}() at ")
    assert "returns a run.Config" in str(error)
    assert error.filename == recipes.__file__
    assert f"{recipes.__file__}:{error.lineno}" in str(error)
    assert error.text == Path(recipes.__file__).read_text().splitlines(keepends=True)[error.lineno - 1]


def test_what_calls_raise_comes_from_the_line_of_the_function() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'bogus'") as caught:
        recipes.bad_keyword()
    frames = [entry for entry in caught.traceback if str(entry.path) == recipes.__file__]
    assert "Net(bogus=1)" in str(frames[-1].statement)


@pytest.mark.parametrize("target", [Net, len, 3, functools.partial(helper)])
def test_only_functions_can_be_converted(target: Any) -> None:
    namespace = types.SimpleNamespace(target=target)
    with pytest.raises(ValueError, match=r"only functions can be converted.*run\.Config"):
        api.default_autoconfig_buildable(namespace.target, Config)


def test_a_function_without_source_is_an_os_error() -> None:
    scope: dict[str, Any] = {"Net": Net}
    exec("def unseen(): return Net()", scope)
    with pytest.raises(OSError, match=r"cannot find the source of unseen\(\)") as caught:
        run.autoconvert(scope["unseen"])()
    assert isinstance(caught.value, NemoRunError)


def test_the_source_of_something_else_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    scope: dict[str, Any] = {"Net": Net}
    exec(compile("def unseen(): return Net()", "<a cell>", "exec"), scope)
    monkeypatch.setitem(linecache.cache, "<a cell>", (9, None, ["import os\n"], "<a cell>"))
    with pytest.raises(OSError, match=r"cannot find the source of unseen\(\)"):
        run.autoconvert(scope["unseen"])()


def test_one_of_two_lambdas_in_a_line_cannot_be_told() -> None:
    first, _ = (lambda: Net(width=1)), (lambda: Net(width=2))
    with pytest.raises(ValueError, match="2 lambdas in one line"):
        run.autoconvert(first)()


def test_a_converted_function_can_be_converted_again() -> None:
    assert run.autoconvert(recipes.net, partial=True)(2) == Partial(Net, width=2)
    assert run.autoconvert(recipes.net).wrapped is recipes.net


def test_wrong_arguments_name_the_function() -> None:
    with pytest.raises(TypeError, match=r"^Recipes\.static\(\) got an unexpected keyword argument 'bogus'"):
        recipes.Recipes.static(bogus=1)


def test_methods_can_be_converted() -> None:
    assert recipes.Recipes.static(4) == Config(Net, width=4)
    assert recipes.Recipes.of_class() == Config(Net, width=3)
    assert run.autoconvert(recipes.Recipes.of_class, partial=True)() == Partial(Net, width=3)


def test_variables_of_the_function_around_are_seen() -> None:
    first, second = recipes.closing_over(1, Net), recipes.closing_over(2, Net)
    assert (first(), second("y")) == (Config(Net, width=1, act="x"), Config(Net, width=2, act="y"))


def test_functions_of_fiddles_own_auto_config_are_entered() -> None:
    inner = auto_config(recipes.net.wrapped)

    @run.autoconvert
    def make() -> Any:
        return Outer(inner=inner(3))

    assert make() == Config(Outer, inner=Config(Net, width=3))


def test_the_conversion_can_be_replaced() -> None:
    def other(fn: Any, cls: Any, *args: Any, **kwargs: Any) -> Any:
        return fn, cls, args, kwargs

    def make(*args: int) -> None: ...

    assert run.autoconvert(make, to_buildable_fn=other)(1, b=2) == (make, Config, (1,), {"b": 2})
    assert run.autoconvert(partial=True, to_buildable_fn=other)(make)() == (make, Partial, (), {})


def test_the_default_conversion_casts() -> None:
    function = recipes.a_partial.wrapped
    assert api.default_autoconfig_buildable(function, Config) == Config(helper, x=1)
    assert api.default_autoconfig_buildable(function, Partial) == Partial(helper, x=1)


def test_positional_arguments_of_functools_partial_of_a_config_are_refused() -> None:
    @run.autoconvert
    def make() -> Any:
        return functools.partial(run.Partial(helper), 1)

    with pytest.raises(TypeError, match="named arguments only"):
        make()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_generic_functions(tmp_path: Path) -> None:
    path = tmp_path / "generic_recipes.py"
    path.write_text(
        "import nemo_run as run\nclass Box:\n    def __init__(self, x): ...\n"
        "@run.autoconvert\ndef make[T](x: T) -> Box:\n    return Box(x)\n"
    )
    scope: dict[str, Any] = {"__name__": "generic_recipes"}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    assert scope["make"](3) == Config(scope["Box"], 3)


def test_constants() -> None:
    assert (run.Executor,) == api.AUTOBUILD_CLASSES
    assert api.DEFAULT_NAME == "default"
    assert api.ROOT_TASK_NAMESPACE == "nemo_run.task"
    assert api.ROOT_TASK_FACTORY_NAMESPACE == "nemo_run.task_factory"
    assert api.ROOT_TYPER_NAMESPACE == "nemo_run.typer"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = api.nothing
