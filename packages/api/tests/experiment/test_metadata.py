"""Files of an experiment: their names, who may read them, and their form on disk."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import fiddle as fdl
import pytest
from fiddle.experimental import serialization

import nemo_run as run
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.exceptions import UntrustedFileError
from nemo_run.run.experiment import Experiment
from nemo_run.run.job import Job, JobGroup

JOB = [
    "id",
    "task",
    "executor",
    "handle",
    "launched",
    "state",
    "plugins",
    "tail_logs",
    "dependencies",
    "name",
]
GROUP = [
    "id",
    "tasks",
    "executors",
    "handles",
    "launched",
    "states",
    "plugins",
    "tail_logs",
    "dependencies",
    "name",
]
LOCAL = [
    "packager",
    "launcher",
    "env_vars",
    "retries",
    "experiment_id",
    "job_dir",
    "ntasks_per_node",
    "nodes",
]


def say(text: str = "true") -> run.Script:
    return run.Script(inline=text)


@dataclass(kw_only=True)
class Known(run.LocalExecutor):
    site: str = "here"


@dataclass(kw_only=True)
class Planted:
    """Stands for what a file must not have called."""

    text: str = ""

    def __post_init__(self) -> None:
        raise SystemExit("called")


@pytest.fixture
def saved(tasks: ModuleType) -> Experiment:
    with Experiment("t", executor=run.LocalExecutor(env_vars={"A": "1"}, launcher="torchrun")) as exp:
        exp.add(say("echo 1"), name="a", executor=run.LocalExecutor(env_vars={"A": "1"}, retries=1))
        exp.add(run.Partial(tasks.greet, name="me"), name="p", executor=run.LocalExecutor())
        exp.add([say("echo 1"), say("sleep 9")], name="g", executor=run.LocalExecutor())
        exp.run()
    return exp


def document(text: str) -> dict[str, Any]:
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(text)))


def root_of(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document and what its root configures."""
    found = document(text)
    root = found["objects"][found["root"]["key"]]
    return found, found["objects"][root["metadata"]["key"]]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {f"{value['module']}:{value['name']}"} if value.get("type") == "pyref" else set()
        return own.union(*(references(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(references(v) for v in value))
    return set()


def by_fiddle(text: str) -> Any:
    return serialization.load_json(zlib.decompress(base64.urlsafe_b64decode(text)).decode())


def jobs_of(exp: Experiment) -> list[list[str]]:
    return json.loads((Path(exp._exp_dir) / "_TASKS").read_text())


def test_their_names(saved: Experiment) -> None:
    names = {path.name for path in Path(saved._exp_dir).iterdir()}
    assert {"_CONFIG", "_VERSION", "_TASKS", "_TUNNELS", "_DONE"} <= names
    assert {path.name for path in Path(saved._exp_dir).iterdir() if path.is_dir()} == {"a", "p", "g"}
    configs = {path.name for path in Path(saved._exp_dir).glob("*/configs/*")}
    assert {"p_fn_or_script", "p_packager", "p_executor.yaml", "p_config.yaml", "a_executor.yaml"} <= configs
    scripts = {path.name for path in Path(saved._exp_dir).glob("*/scripts/*")}
    assert scripts == {"a.sh", "g-0.sh", "g-1.sh"}
    assert (Path(saved._exp_dir) / "_TUNNELS").read_text() == "{}"
    assert (Path(saved._exp_dir) / "_VERSION").read_text() == f"{run.__version__}\n"


def test_they_are_private(saved: Experiment) -> None:
    folder = Path(saved._exp_dir)
    for path in [folder, *folder.iterdir(), *(p for p in folder.rglob("*") if p.is_file())]:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_the_script_that_launched_is_kept(execute: Any, home: Path) -> None:
    source = """
import nemo_run as run
if __name__ == "__main__":
    run.run(run.Script(inline="true"), executor=run.LocalExecutor(), name="t")
"""
    assert execute(source).returncode == 0
    (found,) = home.glob("experiments/t/*/__main__.py")
    assert found.read_text() == source


@pytest.mark.parametrize("how", ["pipe", "argument"])
def test_programs_without_a_file_run_too(how: str, home: Path, tmp_path: Path) -> None:
    call = "run.run(run.Script(inline='true'), executor=run.LocalExecutor(), name='t')"
    source = f"import nemo_run as run\n{call}\n"
    words = [sys.executable, *(["-"] if how == "pipe" else ["-c", source])]
    subprocess.run(words, input=source, text=True, check=True, timeout=60, cwd=tmp_path)
    (found,) = home.glob("experiments/t/*")
    assert not (found / "__main__.py").exists()
    assert str(Experiment.from_title("t").status(return_dict=True)["t"]["status"]) == "SUCCEEDED"  # type: ignore[index]


class TestForm:
    def test_the_experiment(self, saved: Experiment) -> None:
        text = (Path(saved._exp_dir) / "_CONFIG").read_text()
        config = by_fiddle(text)
        assert isinstance(config, fdl.Config)
        assert config.__fn_or_cls__ is Experiment
        assert list(config.__arguments__) == [
            "title",
            "id",
            "executor",
            "log_level",
            "clean_mode",
            "threadpool_workers",
            "enable_goodbye_message",
            "skip_status_at_exit",
            "serialize_metadata_for_scripts",
        ]
        assert (config.title, config.id) == ("t", saved._id)
        assert fdl.build(config).executor.env_vars == {"A": "1"}
        assert "nemo_run.run.experiment:Experiment" in references(document(text))

    def test_jobs(self, saved: Experiment) -> None:
        (job, task), (_, partial), (group, members) = jobs_of(saved)
        config, group_config = by_fiddle(job), by_fiddle(group)
        assert (config.__fn_or_cls__, group_config.__fn_or_cls__) == (Job, JobGroup)
        assert list(config.__arguments__) == JOB
        assert list(group_config.__arguments__) == GROUP
        assert (config.task, group_config.tasks) == (None, [None, None])
        assert config.handle.startswith("local_persistent://nemo_run/a-")
        assert list(config.executor.__arguments__) == LOCAL
        assert config.executor.job_dir == f"{saved._exp_dir}/a"
        assert by_fiddle(task).inline == "echo 1"
        assert by_fiddle(partial).name == "me"
        assert [member.inline for member in by_fiddle(members)] == ["echo 1", "sleep 9"]
        assert "torchx.specs.api:AppState.SUCCEEDED" in references(document(job))
        import torchx.specs.api

        assert config.state is torchx.specs.api.AppState.SUCCEEDED

    def test_its_keys(self, saved: Experiment) -> None:
        for text in ((Path(saved._exp_dir) / "_CONFIG").read_text(), *jobs_of(saved)[1]):
            found = document(text)
            assert found.keys() == {"root", "objects", "refcounts", "version"}
            assert found["version"] == "0.0.1"
            for value in found["objects"].values():
                assert {"type", "items", "metadata"} <= value.keys()
                assert value["type"]["type"] == "pyref"

    def test_our_own_serializer_reads_it(self, saved: Experiment) -> None:
        text = (Path(saved._exp_dir) / "_CONFIG").read_text()
        assert ZlibJSONSerializer().deserialize(text) == by_fiddle(text)


def fiddle_text(config: Any) -> str:
    return base64.urlsafe_b64encode(zlib.compress(serialization.dump_json(config).encode())).decode()


class TestPlantedFiles:
    @pytest.mark.parametrize(
        "target", [subprocess.call, os.fdopen, Planted, Path, serialization.load_json, run.import_executor]
    )
    def test_other_functions_are_not_called(self, saved: Experiment, target: Any) -> None:
        folder = Path(saved._exp_dir)
        config = fdl.Config(Experiment, title="t", id=saved._id, executor=fdl.Config(target))
        (folder / "_CONFIG").write_text(fiddle_text(config))
        with pytest.raises(PermissionError, match="refused") as caught:
            Experiment.from_id(saved._id)
        assert isinstance(caught.value, UntrustedFileError)
        assert f"{folder}/_CONFIG" in str(caught.value)
        assert Experiment.catalog("t") == [saved._id]

    def test_not_even_in_a_job(self, saved: Experiment, tmp_path: Path) -> None:
        touch = fdl.Config(subprocess.call, ["touch", str(tmp_path / "x")])
        text = fiddle_text(fdl.Config(Job, id="a", task=None, executor=touch))
        (Path(saved._exp_dir) / "_TASKS").write_text(json.dumps([[text, text]]))
        with pytest.raises(PermissionError):
            Experiment.from_id(saved._id)
        assert not (tmp_path / "x").exists()

    def test_executors_of_this_program_are_known(self) -> None:
        with Experiment("t", executor=Known(site="there")) as exp:
            exp.add(say(), name="a")
            exp.run()
        found = Experiment.from_id(exp._id).jobs[0].executor
        assert isinstance(found, Known)
        assert found.site == "there"


class TestDamage:
    def test_an_empty_file_is_an_error_of_value(self, saved: Experiment) -> None:
        (Path(saved._exp_dir) / "_CONFIG").write_text("")
        os.unlink(Path(saved._exp_dir) / "_JOURNAL")
        with pytest.raises(ValueError, match="empty"):
            Experiment.from_id(saved._id)

    @pytest.mark.parametrize("name", ["_CONFIG", "_TASKS"])
    @pytest.mark.parametrize("content", [None, "", "rubbish", "[]x"])
    def test_the_journal_knows_the_jobs(self, saved: Experiment, name: str, content: str | None) -> None:
        path = Path(saved._exp_dir) / name
        os.unlink(path) if content is None else path.write_text(content)
        found = Experiment.from_id(saved._id)
        assert {job: str(row["status"]) for job, row in found.status(return_dict=True).items()} == {  # type: ignore[union-attr]
            "a": "SUCCEEDED",
            "p": "SUCCEEDED",
            "g": "SUCCEEDED",
        }

    def test_extra_knowledge_may_be_missing(self, saved: Experiment) -> None:
        os.unlink(Path(saved._exp_dir) / "_TUNNELS")
        (Path(saved._exp_dir) / "_EXTRA").write_text("{")
        assert [job.id for job in Experiment.from_id(saved._id).jobs] == ["a", "p", "g"]
