"""Lazy entry points and run commands: what is written down, and what it comes to."""

# pyright: reportMissingImports=false
from __future__ import annotations

from pathlib import Path
from typing import Any

import fix
import pytest
from fix import Net, Sgd, fit, wide

import nemo_run as run
from nemo_run.cli._lazy.importing import lazy_imports
from nemo_run.cli._run.export import serialize_configuration
from nemo_run.cli.config import ConfigSerializer
from nemo_run.cli.lazy import LazyEntrypoint, load_config_from_path
from nemo_run.exceptions import NemoRunError

FILES = Path(str(fix.__file__)).parent


@pytest.fixture(autouse=True)
def _beside_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES)


def resolved(words: list[str], **options: Any) -> Any:
    return LazyEntrypoint(fit, overwrites=words, **options).resolve()


def row(number: int, words: list[str], expected: Any, **options: Any) -> Any:
    return pytest.param(
        words, options, expected, id=f"row {number}: {' '.join([*words, *map(str, options.values())])}"
    )


def net(**arguments: Any) -> dict[str, Any]:
    return {"net": run.Config(Net, **arguments)}


ROWS = [
    row(86, ["net.width=5"], net(width=5)),
    row(87, ["net.width=5", "net=wide"], net(width=5, act="gelu")),
    row(88, ["opt.lr=3"], {"opt": run.Config(Sgd, lr=3.0)}),
    row(89, ["meta.k=5"], {"meta": {"k": 5}}),
    row(90, ["steps*=2", "steps*=2"], {"steps": 40}),
    row(91, ["steps=5", "steps*=2", "steps=7"], {"steps": 7}),
    row(92, ["nets=[wide]", "nets[0].width=9"], {"nets": [wide(width=9)]}),
    row(93, ["title=${steps}", "steps=3"], {"title": "3", "steps": 3}),
    row(94, ["title=a: b"], {"title": "a: b"}),
    row(95, ["net=@net.yaml", "net.width=2"], net(width=2)),
    row(95, ["net.width=2", "net=@net.yaml"], net(width=2)),
    row(96, ["net=@two.yaml:net", "opt=@two.yaml:opt"], {**net(width=22), "opt": run.Config(Sgd, lr=0.25)}),
    row(98, [], {**net(width=33, act="tanh"), "steps": 4}, yaml="full.yaml"),
    row(99, ["steps=9", "net.width=1"], {**net(width=1, act="tanh"), "steps": 9}, yaml="full.yaml"),
    row(100, [], {**net(width=64, act="gelu"), "steps": 100}, factory="base"),
    row(101, ["net.width=2", "steps+=1"], {**net(width=2, act="gelu"), "steps": 101}, factory="base"),
    row(102, ["net=special"], {**net(width=7), "steps": 100}, factory="base"),
    row(103, [], {**net(width=33, act="tanh"), "steps": 4}, factory="@full.yaml"),
    row(107, ["title=a\nb"], {"title": "a\nb"}),
]


@pytest.mark.parametrize(("words", "options", "expected"), ROWS)
def test_run_commands(words: list[str], options: dict[str, Any], expected: dict[str, Any]) -> None:
    result = resolved(words, **options)
    assert result == run.Partial(fit, **expected)
    assert type(result) is run.Partial


ERRORS = [
    row(97, ["net=@missing.yaml"], "missing.yaml"),
    row(104, [], "No matching factory found for: nosuch", factory="nosuch"),
    row(105, ["steps"], "Invalid overwrite format: steps"),
]


@pytest.mark.parametrize(("words", "options", "message"), ERRORS)
def test_words_that_cannot_be_used(words: list[str], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        resolved(words, **options)
    assert isinstance(caught.value, NemoRunError)


def test_options_among_the_words_are_left_out_here() -> None:
    assert resolved(["--steps=5"]) == run.Partial(fit)


def defaulted(net: Net = wide(), nets: list[Net] = [wide(1)], steps: int = 3) -> tuple[Any, ...]:  # noqa: B006, B008
    return net, nets, steps


@pytest.mark.parametrize(
    ("words", "width"), [(["net.width=5"], 5), ([], 64)], ids=["row 108: net.width=5", "row 108: no words"]
)
def test_defaults_that_are_configurations(words: list[str], width: int) -> None:
    task = LazyEntrypoint(defaulted, overwrites=words).resolve()
    assert task.net == run.Config(Net, width=width, act="gelu")
    import fiddle as fdl

    built, others, _ = fdl.build(task)()
    assert (built, others) == (Net(width=width, act="gelu"), [Net(width=1, act="gelu")])
    assert defaulted.__defaults__ == (wide(), [wide(1)], 3)


def exported(tmp_path: Path, name: str, config: Any, *, is_lazy: bool = False) -> str:
    option, _, suffix = name.partition(":")
    path = tmp_path / option
    options: dict[str, Any] = {
        "is_lazy": is_lazy,
        f"to_{path.suffix[1:]}": f"{path}{':' + suffix if suffix else ''}",
    }
    serialize_configuration(config, **options)
    return str(path)


@pytest.mark.parametrize("name", ["o.yaml", "o.json", "o.toml"], ids=lambda name: f"row 109: {name}")
@pytest.mark.parametrize("option", ["yaml", "factory"])
def test_what_was_exported_is_read_again(tmp_path: Path, name: str, option: str) -> None:
    config = resolved(["net=wide", "steps=7", r"title=a \${b} c", "meta={'a': 1}"], factory=None)
    path = exported(tmp_path, name, config)
    again = resolved([], **{option: path if option == "yaml" else f"@{path}"})
    assert again == config


def test_a_section_that_was_exported_is_read_again(tmp_path: Path) -> None:
    config = resolved(["net=wide(5)"])
    path = exported(tmp_path, "o.yaml:net", config)
    assert resolved([f"net=@{path}"]) == config


TEXTS = [
    "${steps}",
    "a ${steps} ${",
    "\\${steps}",
    "\\\\${steps} \\$",
    "$${steps}",
    "${oc.env:HOME}",
    "???",
    "${",
]


@pytest.mark.parametrize("suffix", ["yaml", "json", "toml"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_section_is_read_as_it_was(tmp_path: Path, text: str, suffix: str) -> None:
    config = run.Partial(fit, net=run.Config(Net, act=text), steps=3)
    path = exported(tmp_path, f"o.{suffix}:net", config)
    assert resolved([f"net=@{path}", "steps=3"]) == config
    assert ConfigSerializer().load(path) == config.net


@pytest.mark.parametrize("text", [text for text in TEXTS if text != "???"])
def test_a_section_that_is_no_configuration_is_read_as_it_was(tmp_path: Path, text: str) -> None:
    config = run.Partial(fit, extra={"a": [text], "b": 1}, steps=3)
    path = exported(tmp_path, "o.yaml:extra", config)
    assert resolved([f"extra=@{path}", "steps=3"]) == config


def test_a_lazy_task_is_read_as_it_was(tmp_path: Path) -> None:
    task: Any = LazyEntrypoint("fix.fit", overwrites=["title=${steps}", "steps=3"])
    task.net.act = "${steps}"
    task.extra = ["${steps}"]
    path = exported(tmp_path, "o.yaml", task, is_lazy=True)
    assert LazyEntrypoint("fix.fit", yaml=path).resolve() == task.resolve()
    assert task.resolve() == run.Partial(fit, title="3", steps=3, extra=["${steps}"], **net(act="${steps}"))


def test_a_section_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nosuch"):
        exported(tmp_path, "o.yaml:nosuch", resolved(["net=wide"]))


# -- configurations -------------------------------------------------------------------------------


def test_a_file_with_one_root_key(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("net: {width: 3}\n")
    assert load_config_from_path(f"@{tmp_path}/f.yaml") == {"width": 3}


def test_a_section_that_is_not_in_a_file() -> None:
    with pytest.raises(ValueError, match="nosuch"):
        load_config_from_path("@two.yaml:nosuch")


def test_attributes_are_recorded() -> None:
    task: Any = LazyEntrypoint("fix.fit")
    task.net.width = 5
    assert task._args_ == [("net.width", "=", 5)]


def test_what_was_recorded_is_applied() -> None:
    task: Any = LazyEntrypoint("fix.fit")
    task.net.width = 5
    assert task.resolve() == run.Partial(fit, net=run.Config(Net, width=5))


def test_a_script_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"Script 'x.py' not found\."):
        LazyEntrypoint("x.py a=1")


def test_a_lazy_import_under_another_name() -> None:
    with lazy_imports():
        import nosuch.mod as m
    assert LazyEntrypoint(m.fit)._target_.import_path == "nosuch.mod.fit"
