"""``dryrun_fn``: what would be called, as text."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field
from typing import Any

import fiddle as fdl
import pytest

import nemo_run as run
from nemo_run.config import Config, Partial, Script
from nemo_run.exceptions import NemoRunError
from nemo_run.run import task


@dataclass
class Net:
    width: int = 8
    dims: list[int] = field(default_factory=lambda: [1])


class Named:
    def __call__(self, x: int = 1) -> None: ...

    def __repr__(self) -> str:
        return "a named thing"


def fit(net: Net, steps: int = 10) -> None: ...


def places(a: int, /, b: int, *rest: int, clone: int = 5, **more: int) -> None: ...


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = capsys.readouterr().out.splitlines()
    return {name: value.strip() for name, _, value in (line.strip().partition(" ") for line in lines[3:])}


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    run.dryrun_fn(Partial(fit, net=Config(Net, width=3)), run.LocalExecutor(job_dir="/x"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        f"Dry run for task {__name__}:fit",
        "Resolved Arguments",
        "  Argument Name         Resolved Value",
        "  net                   Net(width=3)",
        "  steps                 10",
    ]
    assert lines[5] == "Executor"
    assert lines[6].startswith("  LocalExecutor(")


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        (Partial(fit), {"net": "<unset>", "steps": "10"}),
        (Config(Net), {"width": "8", "dims": "[1]"}),
        (Config({}, b=2, a=Config(Net)), {"a": "Net()", "b": "2"}),
        (Config(Named()), {"x": "1"}),
        (Partial(fit, net=[Partial(Net, dims=[])]), {"net": "[Net(dims=[])]", "steps": "10"}),
        (Partial(places, 1), {"a": "1", "b": "<unset>", "clone": "5"}),
        (Partial(places, 1, 2, 3, 4, z=5), {"a": "1", "b": "2", "*rest[0]": "3", "*rest[1]": "4", "z": "5"}),
        (Config(int, "3"), {"*args[0]": "'3'"}),
    ],
)
def test_every_parameter_has_a_row(
    configured: Any, expected: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run.dryrun_fn(configured)
    shown = rows(capsys)
    assert {name: shown[name] for name in expected} == expected
    assert list(shown) == sorted(shown)


def test_secrets_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    hidden = Config(dict, net=[{"password": "two"}], api_key="three")
    run.dryrun_fn(Config(dict, net=hidden, wandb_api_key="one", more=("a", run.Secret("four"))))
    out = capsys.readouterr().out
    assert [word for word in ("one", "two", "three", "four") if f"'{word}'" in out] == []
    assert out.count("********") == 4
    assert hidden.api_key == "three"


def test_a_target_needs_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    run.dryrun_fn(Config(Named()))
    assert capsys.readouterr().out.startswith(f"Dry run for task {__name__}:a named thing\n")


def test_build_is_only_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    run.dryrun_fn(Partial(fit), build=True)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        run.dryrun_fn(Config(fit), build=True)
    assert capsys.readouterr().out.count("Dry run") == 2


@pytest.mark.parametrize("value", ["x", fit, Script("a"), fdl.Config(Net), fdl.Partial(fit), None])
@pytest.mark.parametrize("function", [run.dryrun_fn, task.dryrun_fn])
def test_anything_else_is_a_type_error(value: object, function: Any) -> None:
    with pytest.raises(TypeError, match=r"Need a run Partial for dryrun\. Got ") as caught:
        function(value)
    assert isinstance(caught.value, NemoRunError)
    assert repr(value) in str(caught.value)


def test_terminals_get_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    run.dryrun_fn(Partial(fit, net="[bold]"), run.LocalExecutor())
    shown = terminal.getvalue()
    order = [
        "Dry run for task",
        "Resolved Arguments",
        "Argument Name",
        "'[bold]'",
        "steps",
        "Executor",
        "LocalExecutor(",
    ]
    assert [shown.index(text) for text in order] == sorted(shown.index(text) for text in order)
    assert "╭" in shown
