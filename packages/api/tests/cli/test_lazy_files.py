"""Files, texts and configurations of OmegaConf behind lazy entry points."""

# pyright: reportMissingImports=false
from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from fix import Net, Sgd, fit, wide
from omegaconf import OmegaConf
from omegaconf.errors import InterpolationKeyError, MissingMandatoryValue

import nemo_run as run
from nemo_run.cli._lazy.mapping import as_mapping
from nemo_run.cli.config import ConfigSerializer
from nemo_run.cli.lazy import (
    DictConfig,
    LazyEntrypoint,
    _args_to_dictconfig,
    _is_config_file_path,
    dictconfig_to_dot_list,
    load_config_from_path,
)
from nemo_run.core.serialization.yaml import YamlSerializer
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.exceptions import NemoRunError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


def resolved(*words: str, **options: Any) -> Any:
    return LazyEntrypoint(fit, overwrites=list(words), **options).resolve()


# -- sources --------------------------------------------------------------------------------------

SOURCES = {
    "file": lambda: write("a.yaml", "steps: 3\nnet: {width: 2}\n"),
    "suffix in capitals": lambda: write("a.YAML", "steps: 3\nnet: {width: 2}\n"),
    "path": lambda: Path(write("a.yml", "steps: 3\nnet: {width: 2}\n")),
    "json": lambda: write("a.json", '{"steps": 3, "net": {"width": 2}}'),
    "toml": lambda: write("a.toml", "steps = 3\n[net]\nwidth = 2\n"),
    "section": lambda: write("b.yaml", "one: {steps: 3, net: {width: 2}}\ntwo: 5\n") + ":one",
    "text": lambda: "steps: 3\nnet: {width: 2}",
    "DictConfig": lambda: OmegaConf.create({"steps": 3, "net": {"width": 2}}),
    "name with blanks": lambda: write("a b.yaml", "steps: 3\nnet: {width: 2}\n"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_what_values_can_come_from(name: str) -> None:
    assert resolved(yaml=SOURCES[name]()) == run.Partial(fit, steps=3, net=run.Config(Net, width=2))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.yaml", "Error loading config file missing.yaml"),
        ("broken.yaml", "^Error loading config file broken.yaml: line 2: not YAML"),
        ("broken.yaml:net", "^Error loading config file broken.yaml:net: line 2: not YAML"),
        ("@", "^Invalid config file format: @; it is '@path'"),
        ("empty.yaml", r"empty\.yaml: it is empty"),
        ("list.yaml", r"list\.yaml: it holds \[1\], and no values"),
        ("settings.txt", r"'settings\.txt' is neither a file with one of the suffixes \.yaml"),
        ("a: [1", "Error loading config"),
        ("list.yaml:x", "list.yaml"),
    ],
)
def test_sources_that_cannot_be_used(source: str, message: str) -> None:
    write("broken.yaml", "a: [1\n")
    write("empty.yaml", "")
    write("list.yaml", "[1]")
    with pytest.raises(ValueError, match=message) as caught:
        LazyEntrypoint(fit, yaml=source)
    assert isinstance(caught.value, NemoRunError)


@pytest.mark.parametrize("word", ["net=@missing.yaml", "net=@broken.yaml", "net=@one.yaml:nosuch"])
def test_files_of_parameters_that_cannot_be_used(word: str) -> None:
    write("broken.yaml", "a: [1")
    write("one.yaml", "a: 1\n")
    with pytest.raises(ValueError, match=word.partition("@")[2].partition(":")[0]) as caught:
        LazyEntrypoint(fit, overwrites=[word])
    assert isinstance(caught.value, NemoRunError)


def test_a_text_that_only_begins_like_a_reference_is_a_text() -> None:
    assert resolved("title=@home").title == "@home"


def test_errors_in_a_file_name_the_file_and_the_line() -> None:
    write("a.yaml", "steps: 3\nbogus: 2\n")
    with pytest.raises(ValueError, match=r"a\.yaml, line 2.*bogus"):
        resolved(yaml="a.yaml")


# -- precedence -----------------------------------------------------------------------------------


def test_a_file_of_a_parameter_goes_into_what_the_whole_file_says() -> None:
    write("a.yaml", "net: {width: 2, act: tanh}\n")
    write("net.yaml", "width: 5\n")
    expected = run.Partial(fit, net=run.Config(Net, width=5, act="tanh"))
    assert resolved("net=@net.yaml", yaml="a.yaml") == expected


def test_words_come_after_files_whatever_their_order() -> None:
    write("net.yaml", "{_factory_: wide, act: tanh}\n")
    assert resolved("net=wide(3)", "net=@net.yaml") == run.Partial(fit, net=wide(width=3))
    assert resolved("net.act=x", "net=@net.yaml") == run.Partial(fit, net=wide(act="x"))


def test_files_of_deeper_parameters() -> None:
    write("both.yaml", "dims: [3]\nother: 1\n")
    assert resolved("net.dims=@both.yaml:dims").net == run.Config(Net, dims=[3])


def test_operators_in_files() -> None:
    assert resolved(yaml='{"steps*=": 3, net: {"width*=": 2}}') == run.Partial(
        fit, steps=30, net=run.Config(Net, width=16)
    )


# -- factories and the block `run` ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "factory", "steps"),
    [
        ("_factory_: base\n", None, 100),
        ("_factory_: nosuch\nrun: {factory: base}\n", None, 100),
        ("_factory_: nosuch\n", "base", 100),
        ("run: {factory: nosuch}\nsteps: 5\n", "base", 5),
    ],
)
def test_factories_that_files_name(text: str, factory: str | None, steps: int) -> None:
    task = resolved(yaml=text, factory=factory)
    assert task == run.Partial(fit, net=wide(), steps=steps)


def test_a_file_as_factory() -> None:
    write("a.yaml", "_factory_: base\nsteps: 7\n")
    task: Any = LazyEntrypoint(fit, factory="@a.yaml")
    assert task._factory_ == "base"
    assert task.resolve() == run.Partial(fit, net=wide(), steps=7)
    write("b.yaml", "net: {width: 4}\n")
    assert LazyEntrypoint(fit, factory="@b.yaml")._factory_ is None
    assert resolved(factory="@b.yaml") == run.Partial(fit, net=run.Config(Net, width=4))


def test_a_file_as_factory_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"nosuch\.yaml"):
        LazyEntrypoint(fit, factory="@nosuch.yaml")


def test_the_block_run_is_for_the_caller() -> None:
    write("a.yaml", "run: {factory: base, executor: {_factory_: ex}, detach: true}\nsteps: 7\n")
    task: Any = LazyEntrypoint(fit, yaml="a.yaml")
    assert task.context_data == {"executor": {"_factory_": "ex"}, "detach": True}
    assert task.resolve() == run.Partial(fit, net=wide(), steps=7)


# -- files that say what they configure -----------------------------------------------------------


@pytest.mark.parametrize("target", ["fix.fit", "Partial[fix.fit]", "__main__.fit"])
@pytest.mark.parametrize("option", ["yaml", "factory"])
def test_a_file_may_name_the_function(target: str, option: str) -> None:
    write("a.yaml", f"_target_: {target}\n_partial_: true\nsteps: 7\n")
    assert resolved(**{option: "a.yaml" if option == "yaml" else "@a.yaml"}) == run.Partial(fit, steps=7)


def test_a_file_may_name_a_function_of_the_running_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "train", fit, raising=False)
    assert resolved(yaml="{_target_: __main__.train, steps: 7}") == run.Partial(fit, steps=7)


def test_a_file_may_name_a_factory() -> None:
    assert resolved("net.act=x", yaml="{_target_: fix.base}") == run.Partial(
        fit, net=wide(act="x"), steps=100
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("fix.Net", "configures fix.Net, not fix.fit, which is to be run"),
        ("fix.wide", "is for fix.Net, not for fix.fit"),
        ("__main__.nosuch", "the program that runs has no 'nosuch'"),
        ("fix.nosuch", "module 'fix' has no 'nosuch'"),
        ("nosuch.fit", "cannot import 'nosuch', needed for 'nosuch.fit'"),
    ],
)
def test_a_file_for_something_else(target: str, message: str) -> None:
    with pytest.raises(NemoRunError, match=message):
        resolved(yaml=f"_target_: {target}\n")


def test_what_a_lazy_command_exported_is_read_again() -> None:
    task = LazyEntrypoint("fix.fit", factory="base", overwrites=["net=wide", "net.width=4", "rate*=2"])
    assert LazyEntrypoint("fix.fit", yaml=OmegaConf.create(as_mapping(task))).resolve() == task.resolve()


# -- references and values to be given ------------------------------------------------------------


def test_references_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAZY_TEST_VARIABLE", "outside")
    lines = [
        "steps: 3",
        "rate: ${steps}",
        "title: a-${steps}-${oc.env:LAZY_TEST_VARIABLE}",
        "net: {width: 2, act: '${.width}'}",
    ]
    task = resolved("steps=4", yaml="\n".join(lines))
    assert (task.steps, task.title, task.net.act) == (4, "a-4-outside", "2")
    assert task.rate in (4, "4", 4.0)


def test_references_in_files_that_lead_nowhere() -> None:
    write("a.yaml", "title: a-${nosuch}\n")
    with pytest.raises(ValueError, match=r"a\.yaml: title=a-\$\{nosuch\}: Interpolation key 'nosuch'"):
        resolved(yaml="a.yaml")


def test_escaped_references_in_files() -> None:
    assert resolved(yaml=r"title: '\${x}'").title == "${x}"


def test_an_exported_task_stands_for_itself() -> None:
    text = "_target_: fix.fit\n_partial_: true\ntitle: a ${b} \\${c} ???\nextra: '???'\n"
    task = resolved("steps=1", "out=${steps}", yaml=text)
    assert (task.title, task.extra) == ("a ${b} \\${c} ???", "???")


def test_a_value_that_has_to_be_given() -> None:
    write("a.yaml", "steps: ???\nnet:\n  width: ???\n")
    with pytest.raises(ValueError, match=r"a\.yaml, line 1, at steps: \?\?\?.*steps=VALUE"):
        resolved("net.width=1", yaml="a.yaml")
    with pytest.raises(ValueError, match=r"net\.width=VALUE"):
        resolved("steps=1", yaml="a.yaml")
    expected = run.Partial(fit, steps=1, net=run.Config(Net, width=2))
    assert resolved("steps=1", "net.width=2", yaml="a.yaml") == expected
    assert resolved("steps=1", "net=wide", yaml="a.yaml") == run.Partial(fit, steps=1, net=wide())


def test_files_deeper_than_the_stack() -> None:
    depth = 900
    text = "extra: " + "{a: " * depth + "${steps}" + "}" * depth
    with pytest.raises(NemoRunError):
        resolved(yaml=text.replace("${steps}", "'${nosuch}'"))
    assert resolved(yaml=text.replace("${steps}", "5")).extra["a"]["a"]


# -- travelling -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "copied",
    [
        lambda task: pickle.loads(pickle.dumps(task)),
        lambda task: ZlibJSONSerializer().deserialize(ZlibJSONSerializer().serialize(task)),
    ],
)
def test_contents_of_files_travel(copied: Any) -> None:
    write("a.yaml", "net: {_factory_: wide(3), act: '5'}\nmeta: {a.b: 1}\n")
    write("opt.yaml", "{_target_: fix.Sgd, lr: 0.25}\n")
    task = LazyEntrypoint("fix.fit", yaml="a.yaml", overwrites=["opt=@opt.yaml", "steps=1"])
    Path("a.yaml").unlink()
    expected = run.Partial(
        fit, net=wide(width=3, act="5"), meta={"a.b": 1}, opt=run.Config(Sgd, lr=0.25), steps=1
    )
    assert copied(task) == task
    assert copied(task).resolve() == expected


# -- what programs call by name -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a.yaml", True), ("@a.YML", True), ("@a/b c.json:x", True), ("a.toml:x.y", True), ("a.txt", False),
        ("yaml", False), ("", False), ("a.yaml.bak", False),
    ],
)  # fmt: skip
def test_names_of_configuration_files(text: str, answer: bool) -> None:
    assert _is_config_file_path(text) is answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net: {width: 3}", {"width": 3}),
        ("net: {width: 3}\nopt: {lr: 1}", {"net": {"width": 3}, "opt": {"lr": 1}}),
        ("_target_: a.b\nnet: {width: 3}", {"_target_": "a.b", "net": {"width": 3}}),
        ("width: 3", {"width": 3}),
    ],
)
def test_loading_a_file(text: str, expected: Any) -> None:
    write("f.yaml", text)
    found = load_config_from_path("@f.yaml")
    assert isinstance(found, DictConfig)
    assert found == expected


def test_entries_become_a_nested_configuration() -> None:
    write("f.yaml", "net: {act: tanh}\n")
    args = [
        ("net.width", "*=", 2), ("net", "=", "wide"), ("opt.lr", "=", 1), ("steps", "=", 3), ("opt", "=", 5),
        ("extra", "=", "@f.yaml"), ("a*", "=", "2"),
    ]  # fmt: skip
    config = _args_to_dictconfig(args)
    assert isinstance(config, DictConfig)
    assert OmegaConf.to_container(config) == {
        "net": {"_factory_": "wide", "width*=": 2}, "opt": {"lr": 1}, "steps": 3, "extra": {"act": "tanh"},
        "a*=": "2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        ({"a": 1, "b": [1, {"c": 2}]}, {}, [("a", "=", 1), ("b", "=", [1, {"c": 2}])]),
        ({"a": 1, "b": "${a}"}, {}, [("a", "=", 1), ("b", "=", 1)]),
        ({"a*=": 2, "b+=": 1, "c-=": 3}, {}, [("a", "*=", 2), ("b", "+=", 1), ("c", "-=", 3)]),
        ({"n": {"w": 1}}, {}, [("n", "=", "Config"), ("n.w", "=", 1)]),
        ({"n": {"w": 1}}, {"has_factory": True}, [("n.w", "=", 1)]),
        ({"n": {"w": {"x": 1}}}, {"has_target": True}, [("n.w.x", "=", 1)]),
        ({"n": {"_target_": "a.B", "w": 1}}, {}, [("n", "=", "Config[a.B]"), ("n.w", "=", 1)]),
        ({"n": {"_target_": "a.f", "_partial_": True}}, {}, [("n", "=", "Partial[a.f]")]),
        ({"n": {"_target_": "Partial[a.f]"}}, {}, [("n", "=", "Partial[a.f]")]),
        ({"n": {"_factory_": "wide(3)", "w": 1}}, {}, [("n", "=", "wide(3)"), ("n.w", "=", 1)]),
        ({"run": {"x": 1}, "a": 1}, {}, [("a", "=", 1)]),
        ({"a": 1}, {"prefix": "p"}, [("p.a", "=", 1)]),
    ],
)
def test_a_nested_configuration_becomes_entries(data: Any, options: Any, expected: Any) -> None:
    assert dictconfig_to_dot_list(OmegaConf.create(data), **options) == expected


def test_references_that_omegaconf_refuses() -> None:
    with pytest.raises(InterpolationKeyError):
        dictconfig_to_dot_list(OmegaConf.create({"a": "${b}"}))
    with pytest.raises(MissingMandatoryValue):
        dictconfig_to_dot_list(OmegaConf.create({"a": "???"}))


# -- files for one parameter configure what it takes ----------------------------------------------


@pytest.mark.parametrize(
    ("word", "text", "message"),
    [
        ("net=@o.yaml", "_target_: fix.Sgd\nlr: 3\n", "o.yaml, line 1, .*fix.Sgd, and net takes fix.Net"),
        ("opt=@o.yaml", "_target_: fix.Net\n", "fix.Net, and opt takes Optional\\[fix.Sgd\\]"),
        ("steps=@o.yaml", "_target_: fix.Sgd\nlr: 3\n", "fix.Sgd, and steps takes int"),
        ("net.width=@o.yaml", "_target_: fix.Sgd\nlr: 3\n", "fix.Sgd, and net.width takes int"),
        ("nets=@o.yaml", "_target_: fix.Net\n", "fix.Net, and nets takes [Ll]ist\\[fix.Net\\]"),
        ("net=@o.yaml", "_target_: fix.fit\n_partial_: true\nsteps: 3\n", "the function fix.fit, and net"),
        (
            "net=@o.yaml",
            "_target_: fix.Net\n_partial_: true\n",
            "the function fix.Net, and net takes fix.Net",
        ),
    ],
)
def test_a_file_for_something_else_is_refused(word: str, text: str, message: str) -> None:
    write("o.yaml", text)
    with pytest.raises(NemoRunError, match=message):
        resolved(word)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("net=@o.yaml", "_target_: fix.Net\nwidth: 3\n"),
        ("net=@o.yaml", "_target_: fix.wide\n"),
        ("net=@o.yaml", "_factory_: wide\nwidth: 3\n"),
        ("opt=@o.yaml", "_target_: fix.Sgd\nlr: 3\n"),
        ("extra=@o.yaml", "_target_: fix.Sgd\nlr: 3\n"),
        ("level=@o.yaml", "_target_: fix.fit\n_partial_: true\n"),
    ],
)
def test_a_file_for_what_the_parameter_takes_is_used(word: str, text: str) -> None:
    write("o.yaml", text)
    assert isinstance(getattr(resolved(word), word.partition("=")[0]), (run.Config, run.Partial))


# -- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["yaml", "json", "toml"])
def test_a_task_is_written_as_what_it_stands_for(format: str) -> None:
    task = LazyEntrypoint("fix.fit", overwrites=["net.width=2"])
    ConfigSerializer().dump(task, f"f.{format}")
    assert ConfigSerializer().load(f"f.{format}") == task.resolve()
    assert YamlSerializer().serialize(task) == YamlSerializer().serialize(task.resolve())


def test_an_argument_may_be_called_like_what_makes_a_task_lazy() -> None:
    config = run.Config(dict, is_lazy=True, resolve=5)
    text = str(YamlSerializer().serialize(config))
    assert YamlSerializer().deserialize(text) == config


# -- errors say where -----------------------------------------------------------------------------


def test_a_wrong_target_is_told_with_its_place_and_what_was_meant() -> None:
    write("bad.yaml", "# a comment\n_target_: fix.fitt\nsteps: 3\n")
    with pytest.raises(NemoRunError, match=r"bad.yaml, line 2, at _target_: .*'fitt'.* Did you mean 'fit'\?"):
        resolved(yaml="bad.yaml")


def test_a_scalar_of_a_file_that_does_not_fit_is_told_with_its_place() -> None:
    write("all.yaml", "net:\n  width: 3\nother: 1\n")
    with pytest.raises(NemoRunError, match=r"^all.yaml: '1' is no fix.Net"):
        resolved("net=@all.yaml:other")


def test_the_same_number_in_two_files_is_in_neither() -> None:
    write("one.yaml", "x: 1\n")
    write("two.yaml", "y: 1\n")
    with pytest.raises(NemoRunError, match=r"^(?!.*two.yaml)"):
        resolved("net=@one.yaml:x", "steps=@two.yaml:y")
