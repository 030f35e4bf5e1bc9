"""A home folder for each test, functions that task processes can import, and patience."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nemo_run import Script, config

DEADLINE = 60.0
MODULE = "experiment_tasks"
SOURCE = '''
import os, sys
from pathlib import Path


def greet(name="you", times=1):
    for _ in range(times):
        print(f"hello {name}", flush=True)
    return 5


def give(value):
    return value


class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x


def point(x):
    return Point(x)


def stream():
    return sys.stdin


def fail(message="boom"):
    raise ValueError(message)


def leave(code):
    sys.exit(code)


def variable(name):
    return os.environ.get(name)


def touch(path):
    Path(path).touch()


def later(n, flag):
    """Fail until it was called ``n`` times."""
    with open(flag, "a") as file:
        file.write("x")
    if len(Path(flag).read_text()) < n:
        raise ValueError("not yet")


class Built:
    made = []

    def __init__(self, size=3):
        Built.made.append(size)
        self.size = size


def use(built, unit="m"):
    print("used", built.size, unit)
'''


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder; nothing of this machine's environment decides how a test ends."""
    folder = tmp_path / "home"
    monkeypatch.setattr(config, "_home", str(folder))
    monkeypatch.setenv("NEMORUN_HOME", str(folder))
    for name in ("NEMORUN_OUTPUT", "NEMORUN_RAISE_ON_FAILURE", "FORCE_COLOR", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return folder


@pytest.fixture(scope="session")
def tasks_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    (folder / f"{MODULE}.py").write_text(SOURCE)
    return folder


@pytest.fixture
def tasks(tasks_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Functions of a module that this process and its tasks can import."""
    monkeypatch.syspath_prepend(str(tasks_folder))
    monkeypatch.setenv("PYTHONPATH", str(tasks_folder), prepend=os.pathsep)
    yield importlib.import_module(MODULE)
    sys.modules.pop(MODULE, None)


@pytest.fixture
def experiments(home: Path) -> Callable[[], list[str]]:
    """All folders below ``experiments``, titles and runs, relative."""

    def found() -> list[str]:
        root = home / "experiments"
        return sorted(str(p.relative_to(root)) for p in (*root.glob("*"), *root.glob("*/*")))

    return found


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Return the first truthy answer; fail when there is none in time."""

    def wait(what: Callable[[], Any]) -> Any:
        end = time.monotonic() + DEADLINE
        while not (answer := what()):
            assert time.monotonic() < end, "this never happened"
            time.sleep(0.005)
        return answer

    return wait


@pytest.fixture
def program(tmp_path: Path, home: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a program of a user in a Python of its own."""

    def start(source: str, *, name: str = "program.py", **env: str) -> subprocess.Popen[str]:
        path = tmp_path / name
        path.write_text(source)
        return subprocess.Popen(
            [sys.executable, str(path)],
            cwd=tmp_path,
            env={**os.environ, "NEMORUN_HOME": str(home), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def execute(program: Callable[..., subprocess.Popen[str]]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run such a program to its end."""

    def run(source: str, **more: str) -> subprocess.CompletedProcess[str]:
        with program(source, **more) as process:
            out, err = process.communicate(timeout=DEADLINE)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run


@pytest.fixture
def until(tmp_path: Path) -> Callable[[str], Script]:
    """A script that runs until a file exists; it gives up after a while, whatever happens."""

    def script(path: str, before: str = ":", after: str = ":") -> Script:
        loop = f"for _ in $(seq 3000); do [ -e '{path}' ] && break; sleep 0.02; done"
        return Script(inline=f"{before}\n{loop}\n{after}")

    return script
