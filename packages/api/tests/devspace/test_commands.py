"""``nemorun devspace launch`` and ``connect``, as programs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

WORKSPACE = """
from dataclasses import dataclass
import nemo_run as run

@dataclass(kw_only=True)
class Place(run.LocalExecutor):
    def launch_devspace(self, space, env_vars, add_workspace_to_pythonpath):
        print(space.name, self.nodes, env_vars, add_workspace_to_pythonpath)
        print(space.__io__.name == space.name, self.__io__.nodes == self.nodes)

@run.cli.factory
@run.autoconvert
def place(nodes: int = 1) -> Place:
    return Place(nodes=nodes)

@run.cli.factory
@run.autoconvert
def my_space(name: str = "mine") -> run.DevSpace:
    return run.DevSpace(name=name, executor=Place(nodes=2))
"""

PROFILES = '[far-away]\ntype = "workspace_places.Place"\nnodes = 7\n[here]\ntype = "local"\n'


@dataclass
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
def desk(tmp_path: Path, home: Path) -> Path:
    (tmp_path / "workspace.py").write_text(WORKSPACE)
    (tmp_path / "workspace_places.py").write_text(WORKSPACE)
    home.mkdir()
    (home / "executors.toml").write_text(PROFILES)
    (home / "executors.toml").chmod(0o600)
    return tmp_path


def devspace(folder: Path, *words: str) -> Ended:
    search = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "nemo_run", "devspace", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": search, "PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["space=my_space"], "mine 2 None True"),
        (["my_space"], "mine 2 None True"),
        (["space=my_space(name='zz')", "space.executor.nodes=5"], "zz 5 None True"),
        (["space=my_space", "space.env_vars={'A': '1'}"], "mine 2 {'A': '1'} True"),
        (["space=my_space", "space.add_workspace_to_pythonpath=false"], "mine 2 None False"),
        (["space=my_space", "space.executor=place", "space.executor.nodes=4"], "mine 4 None True"),
        (["space=my_space", "space.executor=place(nodes=6)"], "mine 6 None True"),
        (["space=my_space", "space.executor=far-away"], "mine 7 None True"),
        (["space.name=new", "space.executor=far-away", "space.executor.nodes=8"], "new 8 None True"),
    ],
)
def test_launching(desk: Path, words: list[str], told: str) -> None:
    done = devspace(desk, "launch", *words)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [told, "True True"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "space"),
        (["space=nosuch"], "nosuch"),
        (["space=my_space", "space.executor=far-awya"], "Did you mean 'far-away'"),
        (["space=my_space", "space.executor=here"], "LocalExecutor has no method 'launch_devspace'"),
        (["space=my_space", "space.cmd=nodes"], "has no method 'nodes'"),
        (["space=my_space", "space.nmae=x"], "Did you mean 'name'"),
        (["space.name=x"], "executor"),
        (["space.executor=far-away", "space=my_space"], "set it first"),
    ],
)
def test_what_cannot_be_launched(desk: Path, words: list[str], told: str) -> None:
    done = devspace(desk, "launch", *words)
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert line.startswith("Error: ")
    assert told in line


@pytest.mark.parametrize(("host", "told"), [("node", "user@hostname"), ("@node", "user@hostname")])
def test_connecting_nowhere(desk: Path, host: str, told: str) -> None:
    done = devspace(desk, "connect", host, "/x")
    assert (done.code, done.out) == (1, "")
    assert told in done.err


def test_the_help_names_the_commands(desk: Path) -> None:
    done = devspace(desk, "--help")
    assert done.code == 0
    assert all(command in done.out for command in ("launch", "connect", "sshserver"))
