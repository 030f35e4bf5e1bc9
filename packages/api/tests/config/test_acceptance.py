"""What configuration promises, one row per promise."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List  # noqa: UP035

import fiddle as fdl
import pytest
from fiddle.experimental.auto_config import UnsupportedLanguageConstructError
from fiddle.experimental.serialization import UnserializableValueError

import nemo_run as run
from nemo_run.config import Config, OptionalDefaultConfig, Partial, Script
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer


@dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: List[int] = field(default_factory=list)  # noqa: UP006


@dataclass
class Sgd:
    lr: float
    decay: float = 0.0


@dataclass
class Sgd2:
    lr: float = 0.1


@dataclass
class Outer:
    inner: Net = field(default_factory=Net)


@dataclass
class Outermost:
    outer: Outer = field(default_factory=Outer)


def fit(net: Net, steps: int = 10) -> Any:
    return net, steps


def opt_fit(net: Net, opt: OptionalDefaultConfig[Sgd2] = None) -> None: ...


@run.autoconvert
def net_of(w: int) -> Net:
    return Net(width=w)


@run.autoconvert
def outer() -> Outer:
    return Outer(inner=Net())


@run.autoconvert
def with_if(w: int) -> Any:
    if w:
        return Net()
    return None


@run.autoconvert
def two() -> Any:
    return [Net(), Net()]


def round_trip(value: Any) -> Any:
    return ZlibJSONSerializer().deserialize(ZlibJSONSerializer().serialize(value))


def broadcast(net: Any) -> tuple[bool, int]:
    partial = Partial(fit, net=net)
    same = partial.broadcast(width=2) is partial
    config = partial.net[0] if isinstance(partial.net, list) else partial.net
    return same, config.width


def walk() -> int:
    shared = Config(Net, width=3)
    Partial(fit, net=[shared, shared]).walk(width=lambda c: c.width * 2)
    return shared.width


def clone() -> tuple[bool, bool, bool]:
    partial = Partial(fit, net=Config(Net))
    copy = partial.clone()
    return copy == partial, copy is partial, copy.net is partial.net


def kept(value: Any) -> Any:
    return Partial(fit, net=value).__arguments__["net"]


VALUES: list[tuple[str, Callable[[], Any], Any]] = [
    ("1", lambda: fdl.build(Config(Net, width=3)), Net(3, "relu", [])),
    ("2", lambda: fdl.build(Partial(fit, net=Config(Net)))(), (Net(), 10)),
    ("3", lambda: Config(Net).width, 8),
    ("8", lambda: Config(Net) == Config(Net, width=8), True),
    ("9", lambda: Config(Net) == Partial(Net), False),
    ("11", lambda: fdl.build(Config({}, a=1, b=Config(Net))), {"a": 1, "b": Net()}),
    ("12", lambda: fdl.build(Config(Dict[str, int], a=1)), {"a": 1}),  # noqa: UP006
    ("14", lambda: Partial(fit, net=Net(width=4)).net, Config(Net, width=4, act="relu", dims=[])),
    ("15", lambda: type(Partial(fit, net=Outermost()).net.outer.inner), Config),
    ("16", lambda: Partial(fit, Net(width=4)).net, Config(Net, width=4, act="relu", dims=[])),
    ("17", lambda: Partial(opt_fit, net=Config(Net)).opt, Config(Sgd2)),
    ("18", lambda: Partial(opt_fit).opt, Config(Sgd2)),
    ("19", lambda: Partial(opt_fit, net=Config(Net), opt=None).opt, Config(Sgd2)),
    ("20", lambda: "opt" in Partial(opt_fit, net=Config(Net), bind_args=False).__arguments__, False),
    ("21-zero", lambda: kept(0), 0),
    ("21-false", lambda: kept(False), False),
    ("21-empty", lambda: kept(""), ""),
    ("22", lambda: broadcast(Config(Net)), (True, 2)),
    ("23", lambda: broadcast([Config(Net)]), (True, 2)),
    ("24", walk, 6),
    ("25", clone, (True, False, False)),
    (
        "28",
        lambda: Script("t.py", m=True, entrypoint="python", args=["--x", "1"]).to_command(
            with_entrypoint=True
        ),
        ["python", "-m", "t.py", "--x", "1"],
    ),
    ("29", lambda: Script(inline="echo 'hi'").to_command(), ["-c", "\"echo 'hi'\""]),
    ("33", lambda: Script(inline="this is a long text").get_name(), "this_is_a_"),
    ("34", lambda: net_of(w=5), Config(Net, width=5)),
    ("34-wrapped", lambda: net_of.wrapped(5), Net(5)),
    ("35", outer, Config(Outer, inner=Config(Net))),
    ("37", two, [Config(Net), Config(Net)]),
    ("40", lambda: round_trip(Partial(fit, net=Config(Net))), Partial(fit, net=Config(Net))),
    ("41", lambda: round_trip(Config({}, a=1)), Config({}, a=1)),
]


def assign_unknown() -> None:
    Config(Net).bogus = 1


ERRORS: list[tuple[str, Callable[[], Any], type[BaseException], str]] = [
    ("4", lambda: Config(Sgd).lr, AttributeError, "No parameter 'lr' has been set on"),
    ("5", lambda: Config(Net).dims, ValueError, r"Net\.dims since it uses a default_factory"),
    ("6", lambda: Config(Net, bogus=1), TypeError, "unexpected keyword argument 'bogus'"),
    ("7", assign_unknown, AttributeError, "valid parameter names: width, act, dims"),
    ("10", lambda: Config(Config(Net)), ValueError, r"fdl\.cast"),
    ("13", lambda: Config({"a": 1}), TypeError, "is not a callable object"),
    ("26", lambda: Config(Net).save_config_img("x.jpg"), ValueError, r"The file extension must be \.png"),
    ("27", lambda: Script(), AssertionError, "path or an inline"),
    ("27-entrypoint", lambda: Script("a", entrypoint=""), AssertionError, "Need to provide an entrypoint"),
    ("27-module", lambda: Script("a", m=True), AssertionError, "-m can only be used with python"),
    ("36", lambda: with_if(1), UnsupportedLanguageConstructError, r"Control flow \(If\) is unsupported"),
    ("38", lambda: run.dryrun_fn("x"), TypeError, r"Need a run Partial for dryrun\. Got 'x'"),
    ("42", lambda: round_trip(Partial(fit, net=Path("/x"))), UnserializableValueError, r"<root>\.net"),
]


@pytest.mark.parametrize(("make", "expected"), [pytest.param(*row, id=name) for name, *row in VALUES])
def test_value(make: Callable[[], Any], expected: Any) -> None:
    found = make()
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("make", "error", "message"), [pytest.param(*row, id=name) for name, *row in ERRORS])
def test_error(make: Callable[[], Any], error: type[BaseException], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("is_local", "rundir", "text"),
    [
        pytest.param(False, None, "cat /nemo_run/x", id="30"),
        pytest.param(True, None, "cat /nemo_run/x", id="31"),
        pytest.param(False, "/r", "cat /r/x", id="32"),
    ],
)
def test_inline_scripts_in_files(is_local: bool, rundir: str | None, text: str, tmp_path: Path) -> None:
    file = tmp_path / "D" / "s.sh"
    script = Script(inline="cat /nemo_run/x")
    command = script.to_command(filename=str(file), is_local=is_local, substitute_rundir_path=rundir)
    assert command == [str(file) if is_local else "/nemo_run/scripts/s.sh"]
    assert file.read_text() == f"#!/usr/bin/bash\n{text}"
    assert stat.S_IMODE(file.stat().st_mode) & 0o755 == 0o755


@pytest.mark.parametrize("function", [pytest.param(run.dryrun_fn, id="39")])
def test_dry_run_marks_what_is_unset(function: Any, capsys: pytest.CaptureFixture[str]) -> None:
    function(Partial(fit))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["net", "<unset>"] in rows
    assert ["steps", "10"] in rows


def test_every_row_is_here() -> None:
    functions = (test_inline_scripts_in_files, test_dry_run_marks_what_is_unset)
    marks: list[Any] = [mark for function in functions for mark in function.pytestmark]
    elsewhere = [param.id for mark in marks for param in mark.args[1]]
    rows = {int(name.partition("-")[0]) for name in [*(row[0] for row in [*VALUES, *ERRORS]), *elsewhere]}
    assert rows == set(range(1, 43))
