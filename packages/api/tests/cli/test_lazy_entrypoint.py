"""Tasks that are written down and resolved later."""

# pyright: reportMissingImports=false
from __future__ import annotations

import copy
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiddle as fdl
import fix
import pytest
from fix import Net, Sgd, fit, wide

import nemo_run as run
from nemo_run.cli._lazy.mapping import as_mapping
from nemo_run.cli.lazy import (
    LazyEntrypoint,
    LazyModule,
    LazyTarget,
    Verbatim,
    _flatten_lazy_entrypoint,
    _unflatten_lazy_entrypoint,
    lazy_imports,
)
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.exceptions import InvalidConfigError, NemoRunError, NotFoundError


def lazy(*words: str, **options: Any) -> Any:
    return LazyEntrypoint("fix.fit", overwrites=list(words), **options)


# -- what is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("fix.fit", "fix.fit"),
        (LazyModule("fix.fit"), "fix.fit"),
        (LazyTarget("fix.fit"), "fix.fit"),
        (fit, "fix.fit"),
        ("nemo llm train", "llm train"),
    ],
)
def test_the_path_of_the_target(target: Any, path: str) -> None:
    assert LazyEntrypoint(target)._target_path_ == path


def test_a_command_line_as_target() -> None:
    task = LazyEntrypoint(
        "nemorun --lazy llm train a=1 b.c='x y' --to-yaml out.yaml --yes --name n -f recipe(2)"
    )
    assert task._target_ == LazyTarget("llm train")
    assert task._args_ == [("a", "=", "1"), ("b.c", "=", "x y")]
    assert task._factory_ == "recipe(2)"


def test_a_factory_that_is_imported_later_goes_by_its_name() -> None:
    with lazy_imports():
        from nosuch.recipes import small  # pyright: ignore[reportMissingImports]
    assert LazyEntrypoint("fix.fit", factory=small)._factory_ == "nosuch.recipes.small"


@pytest.mark.parametrize("target", [None, 5, "", "  "])
def test_targets_that_cannot_be_called(target: Any) -> None:
    with pytest.raises(TypeError, match="target of a LazyEntrypoint"):
        LazyEntrypoint(target)


def test_factories_that_cannot_be_called() -> None:
    with pytest.raises(TypeError, match="a factory is"):
        LazyEntrypoint("fix.fit", factory=5)  # type: ignore[arg-type]


def test_a_configuration_of_another_type() -> None:
    with pytest.raises(ValueError, match=r"Invalid config type: <class 'int'>"):
        LazyEntrypoint("fix.fit", yaml=5)  # type: ignore[arg-type]


def test_words_are_split_at_the_operator() -> None:
    task = lazy("a=1=2", "b*=2", "c += 3", "--yes", "d.e|={}")
    assert task._args_ == [("a", "=", "1=2"), ("b", "*=", "2"), ("c", "+=", " 3"), ("d.e", "|=", "{}")]


def test_the_older_place_of_an_operator_is_understood() -> None:
    task = lazy()
    task._args_.append(("steps*", "=", "3"))
    assert task.resolve().steps == 30


# -- recording ------------------------------------------------------------------------------------


def test_operators_on_attributes() -> None:
    task = lazy()
    task.a += 1
    task.b.c -= 2
    task.d *= 3
    task.e /= 4
    task.f |= {}
    task.g &= 5
    _ = task.h + 6
    assert task._args_ == [
        ("a", "+=", 1), ("b.c", "-=", 2), ("d", "*=", 3), ("e", "/=", 4), ("f", "|=", {}), ("g", "&=", 5),
        ("h", "+=", 6),
    ]  # fmt: skip


def test_items_are_recorded() -> None:
    task = lazy("nets=[wide]")
    task.nets[0].width = 9
    task.meta["k"] = 5
    assert task.resolve() == run.Partial(fit, nets=[wide(width=9)], meta={"k": 5})


def test_attributes_share_what_is_recorded() -> None:
    task = lazy()
    child = task.net
    assert child._target_path_ == "fix.fit:net"
    assert child._args_ is task._args_
    assert child.dims._target_path_ == "fix.fit:net.dims"


def test_an_attribute_that_is_set_to_itself_records_nothing() -> None:
    task = lazy()
    task.net = task.net
    assert task._args_ == []


def test_a_lazy_task_can_be_a_value_of_another() -> None:
    inner = LazyEntrypoint("fix.wide", overwrites=["width=3"])
    task = lazy()
    task.extra = inner
    task.meta["k"] = inner
    assert ZlibJSONSerializer().deserialize(ZlibJSONSerializer().serialize(task)) == task
    built = fdl.build(task.resolve())
    assert built.keywords["extra"]() == wide(width=3)
    assert built.keywords["meta"]["k"]() == wide(width=3)


def assign(task: Any, value: Any) -> None:
    task.net.width = value


def put(task: Any, value: Any) -> None:
    task.ids[0] = value


def add(task: Any, value: Any) -> None:
    task.steps += value


@pytest.mark.parametrize("change", [assign, put, add])
@pytest.mark.parametrize("value", [lambda task: task, lambda task: task.runtime, lambda _: lazy().net])
def test_what_is_not_known_yet_is_no_value(change: Any, value: Any) -> None:
    task = lazy()
    with pytest.raises(TypeError, match=r"cannot become 'fix.fit.*'") as caught:
        change(task, value(task))
    assert isinstance(caught.value, InvalidConfigError)
    assert task._args_ == []


def test_attributes_cannot_be_deleted() -> None:
    task = lazy()
    with pytest.raises(AttributeError, match="only records"):
        del task.net


def test_values_from_python_are_set_as_they_are() -> None:
    task = lazy()
    mine = run.Config(Net, width=2)
    task.net = mine
    task.net.act = "sum"  # no name to be looked up
    task.out = "null"
    task.extra = Path("/x")
    task.title = "wide"
    result = task.resolve()
    assert result.net == run.Config(Net, width=2, act="sum")
    assert (result.out, result.extra, result.title) == ("null", Path("/x"), "wide")
    assert type(result.out) is str
    assert mine == run.Config(Net, width=2)


def test_a_configuration_assigned_twice_stays_one() -> None:
    task = lazy()
    task.extra = task_net = run.Config(Net)
    task.net = task_net
    result = task.resolve()
    assert result.extra is result.net
    assert result.net is not task_net


def test_its_repr_shows_what_was_recorded_but_no_secret() -> None:
    task = lazy("net.width=5", factory="base")
    task.api_key = "geheim"
    assert repr(task) == "<LazyEntrypoint[fix.fit(factory='base', net.width=5, api_key=********)]>"


# -- resolving ------------------------------------------------------------------------------------


def test_resolving_twice_gives_two_equal_tasks() -> None:
    shared = run.Partial(fit, net=wide(), steps=1)
    task = LazyEntrypoint(fit, factory=lambda: shared, overwrites=["steps+=1", "net.width*=2"])
    one, two = task.resolve(), task.resolve()
    assert one == two == run.Partial(fit, net=wide(width=128), steps=2)
    assert one.net is not two.net
    assert shared == run.Partial(fit, net=wide(), steps=1)


def test_parts_that_are_shared_stay_shared() -> None:
    def recipe() -> Any:
        one = wide()
        return run.Partial(fit, net=one, nets=[one], extra=(one, {"k": one}))

    task = LazyEntrypoint(fit, factory=recipe, overwrites=["net.width=1"]).resolve()
    assert task.nets[0] is task.net
    assert task.extra[0] is task.net
    assert task.extra[1]["k"] is task.net
    assert task.net.width == 1


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (lambda: None, "returned None, not a run.Partial of fix.fit"),
        (lambda: 0, "returned 0, not"),
        (lambda: [], r"returned \[\], not"),
        (lambda: run.Partial(wide), "is for fix.wide, not for fix.fit"),
        (lambda: run.Config(Net), "is for fix.Net, not for fix.fit"),
    ],
)
def test_factories_for_something_else(factory: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        LazyEntrypoint(fit, factory=factory).resolve()
    assert isinstance(caught.value, NemoRunError)


def test_a_config_from_a_factory_becomes_a_partial() -> None:
    task = LazyEntrypoint(fit, factory=lambda: run.Config(fit, steps=3)).resolve()
    assert task == run.Partial(fit, steps=3)
    assert type(task) is run.Partial


def test_errors_of_factories_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        LazyEntrypoint(fit, factory=lambda: 1 / 0).resolve()


@dataclass
class Context:
    name: str = "c"


def needs(ctx: Any, steps: int = 1) -> Any:
    return ctx


def test_the_context_reaches_the_function_itself() -> None:
    context = Context()
    task = LazyEntrypoint(needs, overwrites=["steps=2"]).resolve(context)
    assert task.ctx is context
    assert fdl.build(task)() is context


def test_a_context_that_is_missing() -> None:
    with pytest.raises(ValueError, match="ctx is required for this function"):
        LazyEntrypoint(needs).resolve()


def test_a_target_that_cannot_be_imported() -> None:
    with pytest.raises(ImportError, match=r"cannot import 'nosuch\.mod\.fit'") as caught:
        LazyEntrypoint("nosuch.mod.fit").resolve()
    assert isinstance(caught.value, NotFoundError)


def test_a_target_that_is_no_function() -> None:
    with pytest.raises(TypeError, match=r"cannot configure 3\.14") as caught:
        LazyEntrypoint("math.pi").resolve()
    assert isinstance(caught.value, NemoRunError)


def test_neither_omegaconf_nor_yaml_is_loaded_for_words() -> None:
    import subprocess

    code = (
        f"import sys; sys.path.append({str(Path(str(fix.__file__)).parent)!r})\n"
        "import nemo_run as run\n"
        "assert 'fiddle' not in sys.modules\n"
        "run.LazyEntrypoint('fix.fit', factory='base', overwrites=['net.width=3', 'steps=5']).resolve()\n"
        "print({'omegaconf', 'yaml', 'torchx', 'typer', 'rich'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "set()\n"


# -- references between values --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["title=${steps}", "steps=3"], {"title": "3", "steps": 3}),
        (["title=a-${steps}-${rate}", "steps=3", "rate=0.5"], {"title": "a-3-0.5", "steps": 3, "rate": 0.5}),
        (["title=${net.act}", "net.act=gelu"], {"title": "gelu", "net": run.Config(Net, act="gelu")}),
        (["net.width=${steps}", "steps=3"], {"net": run.Config(Net, width=3), "steps": 3}),
        (["net.act=${.width}", "net.width=3"], {"net": run.Config(Net, act="3", width=3)}),
        (["title=${oc.env:LAZY_TEST_VARIABLE}"], {"title": "from outside"}),
        ([r"title=\${steps}"], {"title": "${steps}"}),
        ([r"title=\${a} ${steps}", "steps=3"], {"title": "${a} 3", "steps": 3}),
        (["title=???"], {"title": "???"}),
        (["title=$steps"], {"title": "$steps"}),
    ],
)
def test_references(words: list[str], expected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAZY_TEST_VARIABLE", "from outside")
    assert lazy(*words).resolve() == run.Partial(fit, **expected)


@pytest.mark.parametrize(
    "word", ["title=${nosuch}", "title=${title}", "title=${oc.env:NO_SUCH_VAR}", "title=${"]
)
def test_references_that_lead_nowhere(word: str) -> None:
    with pytest.raises(InvalidConfigError, match=r"title=\$\{.*write \\\$\{ where"):
        lazy(word).resolve()


# -- as a value -----------------------------------------------------------------------------------


def rich_entry() -> Any:
    task = LazyEntrypoint("fix.fit", factory="base", overwrites=["steps=5", "net.width*=2"])
    task.title = "null"
    task.ids = [1, 2]
    task.net.act = "x"
    return task


COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda task: pickle.loads(pickle.dumps(task)),
    "zlib": lambda task: ZlibJSONSerializer().deserialize(ZlibJSONSerializer().serialize(task)),
    "flatten": lambda task: _unflatten_lazy_entrypoint(*_flatten_lazy_entrypoint(task)),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_equal_and_mean_the_same(name: str) -> None:
    task = rich_entry()
    twin = COPIES[name](task)
    assert twin == task
    assert twin.resolve() == task.resolve()
    assert twin.resolve().title == "null"
    assert [type(value) for *_, value in twin._args_] == [str, str, Verbatim, list, Verbatim]
    twin.steps = 6
    assert twin != task


@pytest.mark.parametrize("name", COPIES)
def test_copies_keep_what_files_say_of_the_context(name: str) -> None:
    text = "run: {name: n, executor: {_factory_: here, env: [1, null, {a: b}]}}\nsteps: 5"
    task = LazyEntrypoint("fix.fit", yaml=text)
    task.title = "null"
    twin = COPIES[name](task)
    assert twin == task
    executor = {"_factory_": "here", "env": [1, None, {"a": "b"}]}
    assert twin.context_data == {"name": "n", "executor": executor}
    assert twin.resolve() == task.resolve() == run.Partial(fit, steps=5, title="null")
    twin.context_data["executor"]["env"].append(2)
    assert twin != task


def test_what_older_versions_wrote_beside_the_state_is_understood() -> None:
    values, places = _flatten_lazy_entrypoint(rich_entry())
    assert places == (2, 4)
    assert _unflatten_lazy_entrypoint(values, (2, 4)) == rich_entry()
    assert _unflatten_lazy_entrypoint(values, None) == rich_entry()


def test_a_callable_target_survives_too() -> None:
    task = LazyEntrypoint(fit, overwrites=["steps=5"])
    assert COPIES["zlib"](task).resolve() == run.Partial(fit, steps=5)


def test_the_text_is_read_by_fiddle_itself() -> None:
    import zlib
    from base64 import urlsafe_b64decode

    from fiddle.experimental import serialization

    task = rich_entry()
    task.context_data["run"] = {"name": ["n"]}
    text = ZlibJSONSerializer().serialize(task)
    assert serialization.load_json(zlib.decompress(urlsafe_b64decode(text)).decode()) == task


@pytest.mark.parametrize(
    "other",
    [
        lazy("steps=6"),
        lazy("steps=5", factory="base"),
        lazy("steps=5", yaml="run: {name: n}"),
        5,
        lazy().net,
        lazy("steps=5").net,
    ],
)
def test_entry_points_that_differ(other: Any) -> None:
    assert lazy("steps=5") != other


def test_it_cannot_be_hashed_as_it_can_change() -> None:
    with pytest.raises(TypeError):
        hash(lazy())


def test_it_is_a_buildable_with_a_state() -> None:
    task = rich_entry()
    assert isinstance(task, fdl.Buildable)
    assert task.is_lazy is True
    assert list(task.__arguments__) == ["_target_", "_factory_", "_args_"]
    assert [element.code for element in task.__path_elements__()] == ["._target_", "._factory_", "._args_"]
    with pytest.raises(NotImplementedError):
        task.__fn_or_cls__()


def test_fiddle_builds_what_it_stands_for() -> None:
    task = lazy("net.width=5", "opt=sgd")
    assert fdl.build(task)() == (Net(width=5), Sgd(lr=0.5), 10)
    assert fdl.build({"inside": [task]})["inside"][0]() == (Net(width=5), Sgd(lr=0.5), 10)
    with pytest.raises(ImportError, match="nosuch"):
        fdl.build(LazyEntrypoint("nosuch.fit"))


def test_as_a_mapping_it_has_types() -> None:
    task = lazy("net=wide", "net.width=4", "rate=1e-3", "fast=true", "title=x", factory="base")
    task.tags = ["5"]
    task.out = "5"
    assert as_mapping(task) == {
        "_target_": "fix.fit", "_factory_": "base", "net": {"_factory_": "wide", "width": 4}, "rate": 0.001,
        "fast": True, "title": "x", "tags": ["5"], "out": "5",
    }  # fmt: skip
