"""``python -m nemo_run.core.runners.fdl_runner``: the name under which tasks are started."""

from __future__ import annotations

import base64
import importlib
import json
import os
import subprocess
import sys
import zlib
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
class Packager:
    def __init__(self, word): self.word = word
    def setup(self): print("setup", self.word)
"""
MAIN = """
import sys
def hidden(x): print("hidden", x)
class Net:
    def __init__(self, width=1): self.width = width
    def __repr__(self): return f"Net of main({self.width})"
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


@pytest.mark.parametrize("as_file", [True, False])
def test_config_and_packager_are_texts_or_files(as_file: bool, tasks: Any, tmp_path: Path) -> None:
    task, packager = text(Partial(tasks.show, x=1)), text(Config(tasks.Packager, "first"))
    if as_file:
        (tmp_path / "task").write_text(task)
        (tmp_path / "packager").write_text(packager)
        task, packager = "task", "packager"
    for option in ("-p", "--package-cfg"):
        got = run(tmp_path, option, packager, task)
        assert (got.stdout, got.stderr, got.returncode) == ("setup first\n1 1\n", "", 0)


@pytest.mark.parametrize("wrong", ["nosuch.file", "eJyrVkrLz1eyUlBKSixSqgUAHSUEEA=="])
def test_what_is_no_task_is_an_error(wrong: str, tmp_path: Path) -> None:
    got = run(tmp_path, wrong)
    assert got.returncode == 1
    assert got.stderr.startswith("nemo_run: error: ")
    assert "Traceback" not in got.stderr


@pytest.mark.parametrize("option", ["-n", "--name"])
def test_the_name_has_no_effect(option: str, tasks: Any, tmp_path: Path) -> None:
    task = text(Partial(tasks.show, x=1))
    assert run(tmp_path, option, "other", task).stdout == run(tmp_path, task).stdout == "1 1\n"


def test_what_stands_behind_is_ignored(tasks: Any, tmp_path: Path) -> None:
    got = run(tmp_path, text(Partial(tasks.show, x=1)), "more", "--steps=3", "-x", "y=2")
    assert (got.stdout, got.returncode) == ("1 1\n", 0)


@pytest.mark.parametrize("cls", [Config, Partial])
def test_a_dry_run_shows_the_arguments(cls: Any, tasks: Any, tmp_path: Path) -> None:
    got = run(tmp_path, "--dryrun", text(cls(tasks.show, x=Config(dict, a=1))))
    assert got.stdout.splitlines() == [
        "Dry run for task fdl_tasks:show",
        "Resolved Arguments",
        "  Argument Name         Resolved Value",
        "  x                     {'a': 1}",
        "  y                     1",
    ]
    assert got.returncode == 0


def test_a_dry_run_builds_the_arguments(tasks: Any, tmp_path: Path) -> None:
    got = run(tmp_path, "--dryrun", text(Partial(tasks.show, x=Config(tasks.fail))))
    assert got.returncode == 1
    assert "ValueError: boom" in got.stderr


def of_main(task: str) -> str:
    """Let a text name objects of the launching script instead of those of a module."""
    document = json.loads(zlib.decompress(base64.urlsafe_b64decode(task)))
    moved = json.dumps(document).replace('"module": "fdl_main"', '"module": "__main__"')
    assert moved != json.dumps(document)
    return base64.urlsafe_b64encode(zlib.compress(moved.encode())).decode()


@pytest.fixture
def task_of_main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task file three folders below where the launching script is saved."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "fdl_main.py").write_text(MAIN)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    main = importlib.import_module("fdl_main")
    file = tmp_path / "experiment" / "job" / "configs" / "task_fn_or_script"
    file.parent.mkdir(parents=True)
    file.write_text(of_main(text(Partial(main.hidden, x=Config(main.Net, width=2)))))
    sys.modules.pop("fdl_main")
    return file


def test_the_saved_script_above_defines_what_is_missing(task_of_main: Path, tmp_path: Path) -> None:
    (task_of_main.parents[2] / "__main__.py").write_text(MAIN)
    got = run(tmp_path, str(task_of_main))
    assert (got.stdout, got.stderr) == ("hidden Net of main(2)\n", "")


def test_a_saved_script_that_fails_is_a_warning(task_of_main: Path, tmp_path: Path) -> None:
    (task_of_main.parents[2] / "__main__.py").write_text(MAIN + "raise OSError('no such place')\n")
    got = run(tmp_path, str(task_of_main))
    assert got.stdout == "hidden Net of main(2)\n"
    assert "warning" in got.stderr
    assert "OSError: no such place" in got.stderr


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
