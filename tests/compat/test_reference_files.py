"""Files in the reference's layout, written by fiddle alone, are read."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import fiddle as fdl
import pytest
from fiddle.experimental import serialization
from torchx.specs.api import AppState

import nemo_run as run
from nemo_run.core.execution.launcher import Launcher
from nemo_run.run.experiment import Experiment
from nemo_run.run.job import Job, JobGroup

ID = "t_1700000000000000000"


def text(config: Any) -> str:
    return base64.urlsafe_b64encode(zlib.compress(serialization.dump_json(config).encode())).decode()


def local(folder: Path, **more: Any) -> Any:
    return fdl.Config(
        run.LocalExecutor,
        packager=fdl.Config(run.Packager, debug=False, symlink_from_remote_dir=None),
        launcher=fdl.Config(
            Launcher,
            nsys_profile=False,
            nsys_folder="nsys_profile",
            nsys_trace=["nvtx", "cuda"],
            nsys_extra_args=[],
        ),
        env_vars={"A": "1"},
        retries=0,
        experiment_id=ID,
        job_dir=str(folder),
        ntasks_per_node=1,
        nodes=1,
        **more,
    )


@pytest.fixture(params=[fdl.Config, run.Config], ids=["fiddle", "nemo_run"])
def written(request: Any, home: Path) -> Path:
    """Write an experiment as the reference does; its root is a ``Config`` of the one or the other kind."""
    folder = home / "experiments/t" / ID
    folder.mkdir(parents=True)
    config = request.param(
        Experiment,
        title="t",
        id=ID,
        executor=local(folder / ""),
        log_level="INFO",
        clean_mode=False,
        threadpool_workers=16,
        enable_goodbye_message=True,
        skip_status_at_exit=False,
        serialize_metadata_for_scripts=True,
    )
    job = request.param(
        Job,
        id="a",
        task=None,
        executor=local(folder / "a"),
        handle="local_persistent://nemo_run/a-bcd1",
        launched=True,
        state=AppState.SUBMITTED,
        plugins=None,
        tail_logs=True,
        dependencies=[],
        name="",
    )
    group = request.param(
        JobGroup,
        id="g",
        tasks=[None, None],
        executors=[local(folder / "g"), local(folder / "g")],
        handles=["local_persistent://nemo_run/g-0-bcd1", "local_persistent://nemo_run/g-1-bcd1"],
        launched=True,
        states=[AppState.SUBMITTED, AppState.SUBMITTED],
        plugins=None,
        tail_logs=False,
        dependencies=["a"],
        name="",
    )
    script = fdl.Config(run.Script, inline="echo 1", args=[], env={}, entrypoint="bash")
    partial = run.Partial(json.dumps, obj=1)
    jobs = [[text(job), text(script)], [text(group), text([partial, script])]]
    (folder / "_CONFIG").write_text(text(config))
    (folder / "_TASKS").write_text(json.dumps(jobs))
    (folder / "_VERSION").write_text("0.12.0\n")
    (folder / "_TUNNELS").write_text("{}")
    (folder / "_DONE").touch()
    (folder / "__main__.py").write_text("raise SystemExit('executed')\n")
    return folder


def end(home: Path, folder: Path, app: str, role: str, code: int) -> None:
    """Write what the reference's local scheduler leaves of an ended app."""
    app_dir = folder / "nemo_run" / app
    (app_dir / role / "0").mkdir(parents=True)
    (app_dir / role / "0/combined.log").write_text(f"output of {role}\n")
    state = "FAILED" if code else "SUCCEEDED"
    replica = {"replica_id": 0, "pid": 1, "exitcode": code, "stdout": "", "stderr": "", "error_file": ""}
    summary = {"app_id": app, "log_dir": str(app_dir), "final_state": state, "roles": {role: [replica]}}
    (app_dir / "SUCCESS").write_text(json.dumps(summary))
    registry = home / ".local_jobs.json"
    known = json.loads(registry.read_text()) if registry.exists() else {}
    known[app] = [state, app, str(app_dir), [role]]
    registry.write_text(json.dumps(known))


def test_an_experiment_is_read(written: Path) -> None:
    assert Experiment.catalog("t") == [ID]
    found = Experiment.from_id(ID)
    assert (found._title, found._id, found._exp_dir) == ("t", ID, str(written))
    assert isinstance(found.executor, run.LocalExecutor)
    job, group = found.jobs
    assert (job.id, job.handle, job.launched) == ("a", "local_persistent://nemo_run/a-bcd1", True)
    assert (job.state, job.tail_logs, job.dependencies) == (AppState.SUBMITTED, True, [])
    assert job.executor.job_dir == str(written / "a")
    assert job.executor.env_vars == {"A": "1"}
    assert isinstance(job.executor.launcher, Launcher)
    assert isinstance(group, JobGroup)
    assert (group.handles, group.dependencies) == (
        ["local_persistent://nemo_run/g-0-bcd1", "local_persistent://nemo_run/g-1-bcd1"],
        ["a"],
    )
    assert found.tasks[0] == run.Script(inline="echo 1", args=[], env={})
    assert found.tasks[1][0] == run.Partial(json.dumps, obj=1)
    assert found.tasks[1][1].inline == "echo 1"


def test_its_jobs_can_be_asked(written: Path, home: Path, capsys: Any) -> None:
    end(home, written / "a", "a-bcd1", "a", 0)
    end(home, written / "g", "g-0-bcd1", "g-0", 0)
    end(home, written / "g", "g-1-bcd1", "g-1", 2)
    found = Experiment.from_title("t")
    rows = found.status(return_dict=True)
    assert rows is not None
    assert {job: str(row["status"]) for job, row in rows.items()} == {"a": "SUCCEEDED", "g": "FAILED"}
    found.logs("a")
    assert capsys.readouterr().err == "a/0 output of a\n"


def test_lost_jobs_are_unknown_or_as_they_were_seen_last(written: Path) -> None:
    rows = Experiment.from_id(ID).status(return_dict=True)
    assert rows is not None
    assert {str(row["status"]) for row in rows.values()} <= {"UNKNOWN", "SUBMITTED"}


def test_it_can_be_run_again(written: Path) -> None:
    found = Experiment.from_id(ID)
    with found.reset():
        found.run()
    assert str(found.jobs[0].state) == "SUCCEEDED"
    assert found._id != ID
    assert found.jobs[1].dependencies == ["a"]


def test_fields_of_another_version_are_left_out(written: Path, caplog: Any) -> None:
    def spoil(value: Any) -> Any:
        document = json.loads(zlib.decompress(base64.urlsafe_b64decode(value)))
        for found in document["objects"].values():
            for item in found["items"]:
                if item[0] == "Attr(name='ntasks_per_node')":
                    item[0] = "Attr(name='removed_field')"
        data = json.dumps(document).replace('"ntasks_per_node"', '"removed_field"')
        return base64.urlsafe_b64encode(zlib.compress(data.encode())).decode()

    (written / "_CONFIG").write_text(spoil((written / "_CONFIG").read_text()))
    found = Experiment.from_id(ID)
    assert found.executor.env_vars == {"A": "1"}
    assert found.executor.ntasks_per_node == 1
