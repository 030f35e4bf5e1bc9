"""Tasks as files, and the runner as a program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nemo_run_adapters.runner.task_runner as task_runner

RUNNER = task_runner.__file__
TASKS = """
import collections, dataclasses, enum, os, sys

@dataclasses.dataclass
class Net:
    width: int = 8
    kids: object = None

class Colour(enum.Enum):
    RED = 1

Pair = collections.namedtuple("Pair", "left right")
made = []

def make(name, part=None):
    made.append(name)
    return [name, part]

def show(*args, **kwargs):
    print(args, kwargs)

def places(a, /, b, *rest, key=None):
    print(a, b, rest, key)

def give(value=None):
    return value

def once(a, b):
    print(a is b, made)

def call(function, *more):
    print(function.__class__.__name__, function(*more))

def fail(message):
    raise ValueError(message)

def leave(code):
    sys.exit(code)

def depth(value):
    count = 0
    while value is not None:
        value, count = value[1], count + 1
    print(count)

def environ(name):
    print(os.environ.get(name))

class Packager:
    def __init__(self, word): self.word = word
    def setup(self): print("setup", self.word)

def opaque():
    import threading
    return threading.Lock()
"""


class Run:
    """What a run of the runner did."""

    def __init__(self, process: subprocess.CompletedProcess[str]) -> None:
        self.status = process.returncode
        self.out = process.stdout.strip()
        self.err = process.stderr.strip()


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the tasks, importable here and in the working directory of the runner."""
    name = f"runner_tasks_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{name}.py").write_text(TASKS)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield __import__(name)
    sys.modules.pop(name, None)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Run]:
    """Start the runner's file with nothing of ours on the path."""

    def start(*words: str, python: str = sys.executable, stand_alone: bool = True, **env: str) -> Run:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("NEMORUN", "PYTHON", "RANK"))}
        flags = ["-S"] if stand_alone else []
        process = subprocess.run(
            [python, *flags, RUNNER, *words],
            cwd=tmp_path,
            env={**keep, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Run(process)

    return start
