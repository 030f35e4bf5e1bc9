"""The whole help of a command; ``NEMORUN_UPDATE_GOLDEN=1`` writes the files anew."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import typer

import nemo_run as run
from nemo_run._registry import factories
from nemo_run.cli._help.command import command_class
from nemo_run.cli._run.context import RunContext

HERE = Path(__file__).parent


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.chdir(tmp_path)  # no workspace file, no profiles
    monkeypatch.setenv("INCLUDE_WORKSPACE_FILE", "false")
    monkeypatch.setattr(factories, "_tables", {})
    monkeypatch.setattr(factories, "_kinds", {})
    spec = importlib.util.spec_from_file_location("trainer", HERE / "trainer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "trainer", module)
    spec.loader.exec_module(module)
    factories.register("trainer.Net", "wide", module.wide)
    factories.register("trainer.train.net", "tiny", module.tiny)
    factories.register("trainer.train", "large", module.large)
    local = run.LocalExecutor
    factories.register(f"{local.__module__}.LocalExecutor", "local", module.local, kind=local)
    return module


def entrypoint(module: ModuleType, **changes: Any) -> Any:
    values = {
        "fn": module.train,
        "name": "train",
        "help_str": None,
        "default_factory": module.large,
        "default_executor": module.local(4),
        "default_plugins": None,
        "enable_executor": True,
        "type": "task",
        "run_ctx_cls": RunContext,
    }
    return SimpleNamespace(**{**values, **changes})


def run_help(made: Any, *words: str) -> None:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command("train", cls=command_class(made))
    def train(ctx: typer.Context, yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask.")) -> None:
        raise AssertionError("help must not run anything")

    with pytest.raises(SystemExit) as ended:
        app(["--help", *words], prog_name="nemorun lab train")
    assert ended.value.code == 0


CASES: dict[str, Callable[[ModuleType], tuple[Any, list[str], str]]] = {
    "train": lambda module: (entrypoint(module), [], "80"),
    "train_docs": lambda module: (entrypoint(module), ["--docs"], "80"),
    "train_narrow": lambda module: (entrypoint(module), ["-d"], "50"),
    "train_simple": lambda module: (
        entrypoint(
            module, enable_executor=False, help_str="Train it.", default_factory=None, default_executor=None
        ),
        [],
        "120",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_whole_help(
    name: str,
    trainer: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made, words, columns = CASES[name](trainer)
    monkeypatch.setenv("COLUMNS", columns)
    run_help(made, *words)
    shown = capsys.readouterr().out
    path = HERE / f"{name}.txt"
    if os.environ.get("NEMORUN_UPDATE_GOLDEN"):
        path.write_text(shown)
    assert shown == path.read_text()
    assert [line for line in shown.splitlines() if len(line) > int(columns) and line.startswith(" ")] == []
