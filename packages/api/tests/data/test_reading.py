"""What people write into files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import data_trees as trees
import pytest
from data_trees import Net, Shade, fit, typed

import nemo_run as run
from nemo_run._data.errors import UnknownFieldWarning
from nemo_run._data.formats import read
from nemo_run._data.from_data import config_from, from_data
from nemo_run._data.merge import apply_data
from nemo_run._data.to_data import to_data
from nemo_run.cli.cli_parser import ArgumentValueError, OperationError, ParseError
from nemo_run.cli.config import ConfigSerializer
from nemo_run.config import Config, Partial
from nemo_run_domain.errors import InvalidConfigError, NotFoundError, PackagingError


def loaded(text: str, target: str = "typed") -> Any:
    return config_from(read(f"_target_: data_trees.{target}\n{text}", "yaml", "f.yaml"))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("net: {_target_: data_trees.Net, width: 2}", "net", Config(Net, width=2)),
        ("any: {_target_: data_trees.fit, _partial_: true}", "any", Partial(fit)),
        ("any: {_target_: 'Config[data_trees.Net]', width: 2}", "any", Config(Net, width=2)),
        ("any: {_target_: 'Partial[data_trees.fit]'}", "any", Partial(fit)),
        ("net: {width: 2}", "net", Config(Net, width=2)),
        ("net: {'width*=': 2}", "net", Config(Net, width=16)),
        ("net: {'dims+=': [1]}", "net", Config(Net, dims=[1])),
        ("child: {width: 2}", "child", Config(Net, width=2)),
        ("nets: [{width: 1}, {_target_: data_trees.Net}]", "nets", [Config(Net, width=1), Config(Net)]),
        ("by_number: {1: {width: 1}}", "by_number", {1: Config(Net, width=1)}),
        ("by_number: {'1': {width: 1}}", "by_number", {1: Config(Net, width=1)}),
        ("any: {width: 2}", "any", {"width": 2}),
        ("bare: {width: 2}", "bare", {"width": 2}),
        ("table: {a: 1.5}", "table", {"a": 1.5}),
        ("net: {_factory_: data_trees.wide}", "net", Config(Net, width=64)),
        ("net: {_factory_: data_trees.wide(5), act: x}", "net", Config(Net, width=5, act="x")),
        ("net: {_factory_: data_trees.wide, 'width/=': 2}", "net", Config(Net, width=32.0)),
        ("ratio: 1e-3", "ratio", 0.001),
        ("shade: BLUE", "shade", Shade.BLUE),
        ("shade: {_target_: data_trees.Shade, _args_: [1]}", "shade", Shade.RED),
        ("path: /a b/'c'", "path", Path("/a b/'c'")),
        ("both: [1, a]", "both", (1, "a")),
        ("names: [a, a]", "names", {"a"}),
        ("text: 007", "text", "007"),
        ("text: 04:00:00", "text", "04:00:00"),
        ("text: no", "text", "no"),
        ("text: 2020-01-01", "text", "2020-01-01"),
        ("text: 1.10", "text", "1.10"),
        ("any: '123'", "any", "123"),
        ("any: 123", "any", 123),
        ("any: Config", "any", "Config"),
        ("any: data_trees.wide", "any", "data_trees.wide"),
        ("any: {_target_: data_trees.wide, _call_: false}", "any", trees.wide),
        ("numbers: '[1, 2]'", "numbers", [1, 2]),
        ("either: [1, b]", "either", ["1", "b"]),
        ("unknown: {a: 1}", "unknown", {"a": 1}),
    ],
)
def test_yaml(text: str, name: str, value: Any) -> None:
    found = loaded(text).__arguments__
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net.width: 3", Config(fit, net=Config(Net, width=3))),
        ("net.width: 3\nnet: {act: x}", Config(fit, net=Config(Net, width=3, act="x"))),
        ("net.width*=: 3", Config(fit, net=Config(Net, width=24))),
        ("net: {_target_: data_trees.Net, 'dims[0]': 3, dims: [1]}", Config(fit, net=Config(Net, dims=[3]))),
        ("net: {dims: [1]}\nnet.dims[0]: 3", Config(fit, net=Config(Net, dims=[3]))),
    ],
)
def test_keys_with_dots_beside_a_target(text: str, expected: Any) -> None:
    assert loaded(text, "fit") == expected


def test_keys_with_dots_are_names_where_nothing_else_has_them() -> None:
    assert loaded("some.thing: 3") == Config(typed, **{"some.thing": 3})
    with pytest.raises(ParseError, match=r"f.yaml, line 2, at net.width: 'x' is no int"):
        loaded("net.width: x", "fit")
    with pytest.raises(ArgumentValueError, match=r"line 2, at nett.width: .*Did you mean 'net'"):
        loaded("nett.width: 1", "fit")
    with pytest.raises(PackagingError, match=r"an argument called 'net.width'"):
        to_data(Config(typed, **{"net.width": 3}))


def test_positional_arguments() -> None:
    config = loaded("0: 1\nb: 2\n2: 3\n3: 4", "places")
    assert config == Config(trees.places, 1, 2, 3, 4)
    assert loaded("_args_: [1, 2, 3]", "places") == Config(trees.places, 1, 2, 3)
    assert loaded("_args_: [5]", "Net") == Config(Net, 5)
    assert loaded("a: 1", "places") == Config(trees.places, 1)


def test_defaults_that_are_configurations_are_copied() -> None:
    assert loaded("net: {width: 3}", "with_default").net == Config(Net, width=3, act="gelu")
    assert Config(Net, width=7, act="gelu") == trees.WITH_DEFAULT


def test_optional_defaults_expand_as_in_python() -> None:
    assert loaded("", "opt_fit") == Config(trees.opt_fit)
    assert loaded("opt: {lr: 1}", "opt_fit").opt == Config(trees.Sgd2, lr=1)
    assert loaded("opt:", "opt_fit").opt is None


def test_the_block_of_the_run_is_no_argument() -> None:
    assert loaded("steps: 3\nrun: {factory: x}", "fit") == Config(fit, steps=3)


def test_the_block_of_the_run_is_an_argument_of_whole_configurations_only() -> None:
    block = {"run": {"factory": "x"}}
    assert "run" not in apply_data(Partial(typed), block).__arguments__
    assert apply_data(Partial(typed), {"_target_": "data_trees.typed", **block}).run == {"factory": "x"}


def test_numbers_of_json_are_text_where_text_belongs() -> None:
    text = json.dumps({"_target_": "data_trees.Net", "act": 5})
    assert ConfigSerializer().deserialize_json(text) == Config(Net, act="5")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("number: abc", ParseError, "f.yaml, line 2, at number: 'abc' is no int"),
        ("number: 1.5", ParseError, "f.yaml, line 2, at number: '1.5' is no int"),
        ("net:\n  widht: 3", ArgumentValueError, "line 3, at net.widht: .*'widht'.* Did you mean 'width'?"),
        ("nets:\n- width: 1\n- width: x", ParseError, r"line 4, at nets\[1\].width: 'x' is no int"),
        ("net: {'width+=': [2]}", TypeError, r"at net.width\+=: a list is no int"),
        ("net: {'act-=': a}", OperationError, "at net.act-=: "),
        ("net: [1]", TypeError, "at net: a list is no .*Net"),
        ("net: 5", InvalidConfigError, "at net: "),
        ("text: {a: 1}", TypeError, "at text: a mapping is no str"),
        ("both: [1]", TypeError, "at both: a list of 1 is no .*uple.*, which has 2 items"),
        ("both: [1, a, 3]", TypeError, "at both: a list of 3 is no"),
        ("shade: PINK", ParseError, "at shade: 'PINK' is no"),
        ("one_of: z", ParseError, "at one_of: 'z' is no"),
        ("net: {_factory_: nosuch}", InvalidConfigError, "at net: No matching factory found for: nosuch"),
        ("net: {_factory_: 5}", TypeError, "at net: _factory_ is 5"),
        (
            "any: {_target_: nosuch.mod.X}",
            ModuleNotFoundError,
            "line 2, at any._target_: cannot import 'nosuch'",
        ),
        ("any: {_target_: data_trees.Nett}", AttributeError, "at any._target_: .*Did you mean 'Net'?"),
        ("any: {_target_: nodots}", InvalidConfigError, "'nodots' is no dotted name"),
        ("any: {_target_: 5}", TypeError, "_target_ is 5"),
        ("any: {_target_: os.sep}", InvalidConfigError, "cannot be configured"),
        ("any: {_target_: data_trees.fit, _partial_: x}", TypeError, "_partial_ is 'x'"),
        ("any: {_target_: data_trees.fit, _call_: false, a: 1}", InvalidConfigError, "takes no arguments"),
        ("any: {_target_: data_trees.Shade, _args_: [99]}", InvalidConfigError, "at any: .*99"),
        ("any: {_target_: builtins.set, _args_: [5]}", InvalidConfigError, "at any: .*5"),
        ("any: {_target_: builtins.bytes, _args_: [99999999999]}", InvalidConfigError, "at any: "),
        ("any: {_target_: data_trees.places, 0: 1, a: 2}", InvalidConfigError, "given twice"),
        ("any: {_target_: data_trees.Net, 7: 1}", ArgumentValueError, "no positional argument 7"),
        ("any: {_target_: data_trees.Net, on: 1}", ArgumentValueError, "True is no name .* in quotes"),
        ("names: [[a]]", InvalidConfigError, r"at names\[0\]: a list is no str"),
    ],
)
def test_errors_name_line_and_path(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        loaded(text)
    assert isinstance(caught.value, InvalidConfigError)
    assert str(caught.value).startswith("f.yaml, line ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("_target_: 3", "f.yaml, line 1, at _target_: _target_ is 3, no dotted name"),
        (
            "\n_target_: data_trees.fit\n_partial_: 'true'",
            "f.yaml, line 3, at _partial_: _partial_ is 'true'",
        ),
    ],
)
def test_errors_at_the_top_name_the_line(text: str, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        config_from(read(text, "yaml", "f.yaml"))


def test_a_module_that_ends_its_importer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data_leaves.py").write_text("raise SystemExit(0)")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match=r"line 2, .*cannot import 'data_leaves'.*SystemExit: 0"):
        loaded("any: {_target_: data_leaves.X}")


def test_what_is_not_there_is_not_found() -> None:
    for name in ("nosuch.mod.X", "data_trees.nosuch", "data_trees.Net.nosuch"):
        with pytest.raises(NotFoundError):
            loaded(f"any: {{_target_: {name}}}")


def test_a_module_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "failing_module.py").write_text("1 / 0")
    (tmp_path / "needing_module.py").write_text("import nosuch_dependency")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InvalidConfigError, match=r"'failing_module'.*ZeroDivisionError"):
        loaded("any: {_target_: failing_module.X}")
    with pytest.raises(ModuleNotFoundError, match=r"'needing_module'.*No module named 'nosuch_dependency'"):
        loaded("any: {_target_: needing_module.X}")


def test_fields_of_other_versions_are_left_out() -> None:
    text = "any:\n  _target_: nemo_run.LocalExecutor\n  ntasks_per_node: 2\n  nodse: 3"
    with pytest.warns(
        UnknownFieldWarning, match="f.yaml, line 5, at any.nodse: .*'nodes'.* left out"
    ) as caught:
        config = loaded(text)
    assert config.any == Config(run.LocalExecutor, ntasks_per_node=2)
    assert len(caught) == 1
    assert issubclass(UnknownFieldWarning, UserWarning)


def test_nothing_is_called(tmp_path: Path) -> None:
    config = loaded(f"any: {{_target_: os.mkdir, path: {tmp_path}/made}}")
    assert not (tmp_path / "made").exists()
    assert config.any.path == f"{tmp_path}/made"


# -- onto what is there -------------------------------------------------------------------------------


def start() -> Any:
    return Partial(typed, net=Config(Net, width=2), number=3, table={"a": 1.0}, nets=[Config(Net)])


@pytest.mark.parametrize(
    ("data", "name", "value"),
    [
        ({"net": {"act": "x"}}, "net", Config(Net, width=2, act="x")),
        ({"net": {"width*=": 3}}, "net", Config(Net, width=6)),
        ({"net": {"_target_": "data_trees.Net"}}, "net", Config(Net)),
        ({"net": None}, "net", None),
        ({"number": 1, "number*=": 5}, "number", 5),
        ({"number*=": 5}, "number", 15),
        ({"table": {"b": 2.0}}, "table", {"a": 1.0, "b": 2.0}),
        ({"table": {"b": 2.0}, "_target_": "data_trees.typed"}, "table", {"b": 2.0}),
        ({"net.width": 5}, "net", Config(Net, width=5)),
        ({"nets[0].width": 5}, "nets", [Config(Net, width=5)]),
        ({"nets[0]": {"width": 5}}, "nets", [Config(Net, width=5)]),
        ({"any": Path("/x")}, "any", Path("/x")),
        ({"any": Config(Net)}, "any", Config(Net)),
        ({"run": {"factory": "x"}, "_factory_": "y", "_partial_": True}, "number", 3),
    ],
)
def test_applying(data: dict[str, Any], name: str, value: Any) -> None:
    root = start()
    assert apply_data(root, data) is root
    assert getattr(root, name) == value


def test_applying_copies_defaults() -> None:
    root = apply_data(Partial(trees.with_default), {"net": {"width": 3}})
    assert root.net == Config(Net, width=3, act="gelu")
    assert Config(Net, width=7, act="gelu") == trees.WITH_DEFAULT


def test_applying_knows_lines() -> None:
    document = read("net:\n  width: x\n", "yaml", "f.yaml")
    with pytest.raises(ParseError, match=r"f.yaml, line 2, at net.width: 'x' is no int"):
        apply_data(start(), document.data, document=document)
    with pytest.raises(ArgumentValueError, match=r"at net.nope"):
        apply_data(start(), {"net": {"nope": 1}})


def test_data_for_a_parameter() -> None:
    assert from_data({"width": 1}, Net) == Config(Net, width=1)
    assert from_data(["1"], list[int]) == [1]
    assert from_data("x") == "x"
