"""``nemorun executors``: which there are, what they stand for, whether they work."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from nemo_run import config
from nemo_run.cli import create_cli

PROFILES = """
[defaults]
retries = 1

[here]
type = "local"
description = "This machine"
env_from = ["MY_TOKEN"]
env_vars = { GREETING = "hello", API_KEY = "k3y" }

[twice]
extends = "here"
nodes = 2
[twice.packager]
debug = true
"""

PYTHON = '''
import nemo_run as run

def gpu():
    """Machines with GPUs."""
    return run.LocalExecutor(env_vars={"API_KEY": "k3y", "A": "1"})

here = run.MemoryExecutor()
'''


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(config, "_home", str(folder))
    monkeypatch.setenv("NEMORUN_HOME", str(folder))
    monkeypatch.setenv("MY_TOKEN", "t0ken")
    monkeypatch.delenv("NEMORUN_OUTPUT", raising=False)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def write(home: Path) -> Callable[[str, str], str]:
    def write(text: str, name: str = "executors.toml") -> str:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
        (home / name).chmod(0o600)
        return str((home / name).resolve())

    return write


def nemorun(*words: str) -> Result:
    return CliRunner().invoke(create_cli(), ["executors", *words])


def data(*words: str) -> Any:
    result = nemorun(*words, "--json")
    assert result.stderr == ""
    (line,) = result.stdout.splitlines()
    return json.loads(line)


def complaint(*words: str) -> str:
    result = nemorun(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    return line


class TestList:
    def test_none(self, home: Path) -> None:
        result = nemorun()
        assert result.exit_code == 0
        assert result.stdout == f"No executor has a name; write some into {home}/executors.toml\n"
        assert data() == []

    def test_profiles_and_python(self, write: Any, tmp_path: Path) -> None:
        toml, python = write(PROFILES), write(PYTHON, "executors.py")
        project = write('[mine]\ntype = "memory"\n[here]\ntype = "memory"\n', "../.nemo_run/executors.toml")
        assert nemorun().stdout.splitlines() == [
            f"here: LocalExecutor, {toml}, line 5",
            "    This machine",
            f"twice: LocalExecutor, {toml}, line 11",
            f"mine: MemoryExecutor, {project}, line 1",
            f"gpu: function, {python}",
            "    Machines with GPUs.",
            f"here: MemoryExecutor, {project}, line 3 (hidden: another one of this name is used)",
            f"here: MemoryExecutor, {python} (hidden: another one of this name is used)",
        ]

    def test_for_programs(self, write: Any) -> None:
        source = write(PROFILES)
        assert data()[0] == {
            "name": "here",
            "type": "LocalExecutor",
            "source": f"{source}, line 5",
            "description": "This machine",
            "hidden": False,
        }

    def test_profiles_that_cannot_work_are_listed(self, write: Any) -> None:
        write('[a]\ntype = "SlurmExecutor"\n[b]\nextends = "nosuch"\n')
        assert [(entry["name"], entry["type"]) for entry in data()] == [("a", "SlurmExecutor"), ("b", "")]

    def test_a_file_that_cannot_be_read(self, write: Any) -> None:
        source = write("[a")
        assert complaint().startswith(f"Error: {source}")

    def test_it_has_a_help(self) -> None:
        result = nemorun("--help")
        assert result.exit_code == 0
        assert all(word in result.stdout for word in ("show", "check", "--json"))


class TestShow:
    def test_a_profile(self, write: Any) -> None:
        source = write(PROFILES)
        assert nemorun("show", "twice").stdout.splitlines() == [
            f"twice: nemo_run.core.execution.local.LocalExecutor, {source}, line 11",
            "  extends: defaults, here",
            "  retries = 1",
            "  nodes = 2",
            "  packager:",
            "    debug = True",
            "  env_vars:",
            "    GREETING = 'hello'",
            "    API_KEY = '********'",
            "    MY_TOKEN = '********'",
        ]

    def test_for_programs(self, write: Any) -> None:
        write(PROFILES)
        found = data("show", "here")
        assert found["fields"]["env_vars"] == {
            "GREETING": "hello",
            "API_KEY": "********",
            "MY_TOKEN": "********",
        }
        assert (found["description"], found["extends"]) == ("This machine", ["defaults"])

    def test_one_of_the_python_file(self, write: Any) -> None:
        source = write(PYTHON, "executors.py")
        found = data("show", "gpu")
        assert (found["source"], found["description"]) == (source, "Machines with GPUs.")
        assert found["fields"]["env_vars"] == {"API_KEY": "********", "A": "1"}
        assert found["fields"]["nodes"] == 1

    @pytest.mark.parametrize(
        ("name", "told"),
        [("hree", "Error: executor 'hree' not found. Did you mean 'here'?"), ("bad", "no such field")],
    )
    def test_what_cannot_be_shown(self, write: Any, name: str, told: str) -> None:
        write(f'{PROFILES}\n[bad]\nextends = "here"\nnodess = 1\n')
        assert told in complaint("show", name)


class TestCheck:
    def test_all_is_well(self, write: Any) -> None:
        write(PROFILES)
        result = nemorun("check")
        assert (result.exit_code, result.stdout) == (0, "No problem found.\n")
        assert data("check") == {"problems": [], "missing": []}

    def test_every_problem_once(self, write: Any) -> None:
        source = write(
            f'{PROFILES}\n[bad]\nextends = "here"\nnodess = 1\n[worse]\nextends = "bad"\n'
            '[slurm]\ntype = "slurm"\n[lost]\nextends = "nosuch"\n'
        )
        result = nemorun("check")
        lines = result.stdout.splitlines()
        assert (result.exit_code, len(lines)) == (1, 3)
        told = {19: "'bad', field 'nodess'", 23: "'slurm', field 'type'", 25: "'lost'"}
        for line, (number, text) in zip(lines, told.items(), strict=True):
            assert line.startswith(f"Problem: {source}, line {number}: executor {text}")

    def test_hidden_profiles_and_the_python_file_are_checked(self, write: Any) -> None:
        write(PROFILES)
        write('[here]\ntype = "locl"\n', "../.nemo_run/executors.toml")
        (problem,) = data("check")["problems"]
        assert "locl" in problem
        write("1 / 0", "executors.py")
        assert "executors.py cannot be executed: ZeroDivisionError" in complaint("check")

    def test_what_only_this_environment_lacks(self, write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        write(PROFILES)
        monkeypatch.delenv("MY_TOKEN")
        result = nemorun("check")
        assert result.exit_code == 0
        first, last = result.stdout.splitlines()
        assert re.search("^Missing here: .*'here'.*'MY_TOKEN' is not set$", first)
        assert last == "No problem found."
        assert len(data("check")["missing"]) == 1

    def test_a_default_that_nobody_takes(self, write: Any) -> None:
        source = write('[defaults]\nretires = 1\n[a]\ntype = "local"\n')
        told = f"{source}, line 2: default 'retires' is a field of no executor here"
        assert data("check")["problems"] == [told]
        write('[defaults]\nretires = 1\n[a]\ntype = "slurm"\n')
        assert len(data("check")["problems"]) == 1


SCRIPT = """
import os
import nemo_run as run

@run.cli.entrypoint(namespace="named")
def train(steps: int = 1):
    print("TRAINED", steps, os.environ["GREETING"], os.environ.get("MORE"), len(os.environ["MY_TOKEN"]))

if __name__ == "__main__":
    run.cli.main(train)
"""


class TestCommandLine:
    """A script whose executor is named on its command line."""

    def run(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        (folder / "train.py").write_text(SCRIPT)
        return subprocess.run(
            [sys.executable, "train.py", "steps=3", *words, "--yes"],
            cwd=folder,
            env={**os.environ, "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    @pytest.mark.parametrize(
        ("words", "more"),
        [
            (["executor=here"], "None"),
            (["run.executor=twice", "run.executor.env_vars.MORE=x"], "x"),
            (["--executor", "here", "executor.nodes=1"], "None"),
        ],
    )
    def test_it_runs_there(self, write: Any, tmp_path: Path, words: list[str], more: str) -> None:
        write(PROFILES.replace("nodes = 2", "nodes = 1"))
        done = self.run(tmp_path, *words)
        assert done.returncode == 0, done.stderr
        assert f"TRAINED 3 hello {more} 5" in done.stdout + done.stderr
        assert "t0ken" not in done.stdout + done.stderr

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["executor=hree"], "Did you mean 'here'"),
            (["executor=bad"], "executor 'bad', field 'nodess'"),
            (["executor=here", "executor.nodess=1"], "Did you mean 'nodes'"),
        ],
    )
    def test_mistakes_are_told(self, write: Any, tmp_path: Path, words: list[str], told: str) -> None:
        write(f'{PROFILES}\n[bad]\nextends = "here"\nnodess = 1\n')
        done = self.run(tmp_path, *words)
        assert done.returncode == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr
