"""Exported scripts: a real bash runs them, in order, without secrets in them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nemo_run_adapters.store.files import FolderFileStore
from nemo_run_application.export import ExportExperiment
from nemo_run_domain.secrets import Secret
from nemo_run_domain.task import CallableTask, ScriptTask
from nemo_run_domain.unit import ExecutionUnit, UnitTask
from pretend import PlaceSettings, World, unit


def script(name: str, text: str, *after: str, **settings: Any) -> ExecutionUnit:
    what = UnitTask(id=name, task=ScriptTask(inline=text), executor=PlaceSettings(**settings))
    return ExecutionUnit(id=name, tasks=(what,), after=frozenset(after))


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    world.services = replace(world.services, files=FolderFileStore())
    return tmp_path / "it's here"


def export(world: World, folder: Path, *units: ExecutionUnit) -> list[str]:
    return ExportExperiment(world.services)(world.experiment(*units), str(folder))


def bash(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(
        ["bash", str(folder / "run.sh")], capture_output=True, text=True, env=clean, timeout=60, cwd="/"
    )


def test_jobs_run_in_the_order_of_their_dependencies(world: World, folder: Path) -> None:
    written = export(
        world,
        folder,
        script("last", "echo last", "left", "right"),
        script("left", "echo left", "first job"),
        script("right", "echo right", "first job"),
        script("first job", "echo first"),
    )
    assert written[0] == "run.sh"
    assert sorted(written[1:]) == ["first job/first job.sh", "last/last.sh", "left/left.sh", "right/right.sh"]
    result = bash(folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split() == ["first", "left", "right", "last"]


def test_jobs_that_wait_for_nothing_run_in_the_order_they_were_added(world: World, folder: Path) -> None:
    export(world, folder, *(script(name, f"echo {name}") for name in ("z", "b", "a", "c")))
    assert bash(folder).stdout.split() == ["z", "b", "a", "c"]


def test_every_script_runs_by_itself(world: World, folder: Path) -> None:
    export(world, folder, script("a", 'echo "$X and $0"', env_vars={"X": "a 'quoted' $value"}))
    result = subprocess.run([folder / "a" / "a.sh"], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout == f"a 'quoted' $value and {folder}/a/scripts/a.sh\n"


def test_the_first_failure_ends_it(world: World, folder: Path) -> None:
    export(world, folder, script("a", "exit 3"), script("b", "echo never", "a"))
    result = bash(folder)
    assert (result.returncode, result.stdout) == (3, "")


def test_secrets_are_left_out_and_must_be_set(world: World, folder: Path) -> None:
    env = {"HF_TOKEN": "hidden-1", "PLAIN": Secret("hidden-2"), "SHOWN": "yes"}
    written = export(world, folder, script("a", 'echo "$HF_TOKEN $PLAIN $SHOWN"', env_vars=env))
    for path in [*written, "a/scripts/a.sh"]:
        assert "hidden" not in (folder / path).read_text()
    without = bash(folder)
    assert without.returncode != 0
    assert "HF_TOKEN: set it before running this script" in without.stderr
    assert "PLAIN: set it" in bash(folder, HF_TOKEN="1").stderr
    assert bash(folder, HF_TOKEN="1", PLAIN="2").stdout == "1 2 yes\n"


def test_groups_and_functions_are_exported(world: World, folder: Path) -> None:
    function = UnitTask(id="f", task=CallableTask(target="m:f", payload="payload"), executor=PlaceSettings())
    group = ExecutionUnit(id="g", tasks=(function, script("s", "echo s").tasks[0]))
    assert export(world, folder, group) == ["run.sh", "g/f.sh", "g/s.sh"]
    assert "fdl_runner -n f" in (folder / "g" / "f.sh").read_text()
    assert (folder / "g" / "configs" / "f_fn_or_script").read_text() == "payload"


def test_it_asks_no_backend_and_leaves_the_experiment_alone(world: World, folder: Path) -> None:
    export(world, folder, unit("a"))
    assert world.places == {}
    assert world.store.names(world.experiment().directory) == []
    assert world.store.journal(world.experiment().directory) == []


def test_only_their_owner_can_read_them(world: World, folder: Path) -> None:
    for path in export(world, folder, unit("a")):
        assert (folder / path).stat().st_mode & 0o777 == 0o700


def test_an_experiment_without_jobs_runs(world: World, folder: Path) -> None:
    assert export(world, folder) == ["run.sh"]
    assert bash(folder).returncode == 0
