"""``python -m nemo_run.core.runners.fdl_runner``: the name under which tasks are started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nemo_run.config import Config, Partial, Script
from nemo_run.core.runners import fdl_runner
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer

MODULE = "nemo_run.core.runners.fdl_runner"
SOURCE = """
import sys
def show(x, y=1): print(x, y)
def fail(): raise ValueError("boom")
SLOW = {"fiddle", "typer", "rich", "inspect", "argparse", "dataclasses", "nemo_run.config"}
def loaded(): print(sorted(SLOW & set(sys.modules)))
"""


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "fdl_tasks.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield __import__("fdl_tasks")
    sys.modules.pop("fdl_tasks", None)


def run(cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", MODULE, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def text(task: Any) -> str:
    return ZlibJSONSerializer().serialize(task)


def test_a_file_is_run(tasks: Any, tmp_path: Path) -> None:
    (tmp_path / "task").write_text(text(Partial(tasks.show, x=Script("a"))))
    got = run(tmp_path, "-n", "name", "task", "--whatever")
    assert got.stdout.startswith("Script(path='a'")
    assert (got.returncode, got.stderr) == (0, "")


def test_little_is_loaded(tasks: Any, tmp_path: Path) -> None:
    assert run(tmp_path, text(Partial(tasks.loaded))).stdout == "[]\n"


def test_a_failure_begins_in_the_task(tasks: Any, tmp_path: Path) -> None:
    got = run(tmp_path, text(Partial(tasks.fail)))
    assert got.returncode == 1
    assert "runner" not in got.stderr
    assert got.stderr.endswith("ValueError: boom\n")


def test_no_config_is_a_usage_error(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 2


@pytest.mark.parametrize("function", [fdl_runner.fdl_direct_run])
def test_the_function_runs_a_task(
    function: Any, tasks: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMORUN_TASK_PROCESS", "")
    function(fdl_config=text(Partial(tasks.show, x=1)))
    assert capsys.readouterr().out == "1 1\n"


def test_the_application_can_be_called(
    tasks: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMORUN_TASK_PROCESS", "")
    words = ["--unknown", "-n", "x", text(Config(tasks.show, x=[2])), "more"]
    fdl_runner.fdl_runner_app(words, standalone_mode=False)
    assert capsys.readouterr().out == "[2] 1\n"


def test_other_names_do_not_exist() -> None:
    with pytest.raises(AttributeError):
        _ = fdl_runner.nothing
