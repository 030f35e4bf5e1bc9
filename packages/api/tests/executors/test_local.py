"""What a local job leaves behind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nemo_run as run
from nemo_run.run.experiment import Experiment


def test_the_files_of_a_failed_job() -> None:
    with Experiment("x", executor=run.LocalExecutor()) as exp:
        exp.add(run.Script(inline="echo out; echo err >&2; exit 3"), name="t")
        exp.run()
    assert exp.jobs[0].state == run.JobState.FAILED
    app = exp.jobs[0].handle.rpartition("/")[2]
    assert re.fullmatch(r"t-[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz012345679]+", app)
    folder = Path(exp.jobs[0].executor.job_dir) / "nemo_run" / app
    assert (folder / "t/0/stdout.log").read_text() == "out\n"
    assert (folder / "t/0/stderr.log").read_text() == "err\n"
    assert sorted((folder / "t/0/combined.log").read_text().split()) == ["err", "out"]
    summary = json.loads((folder / "SUCCESS").read_text())
    assert {"app_id", "log_dir", "final_state", "last_updated", "roles"} <= summary.keys()
    (replica,) = summary["roles"]["t"]
    assert replica["exitcode"] == 3
    assert {"replica_id", "pid", "exitcode", "stdout", "stderr", "error_file"} <= replica.keys()


def test_another_process_knows_it(tmp_path: Path) -> None:
    with Experiment("x", executor=run.LocalExecutor()) as exp:
        exp.add(run.Script(inline="echo out; exit 3"), name="t")
        exp.run()
    (Path(exp._exp_dir) / "_JOURNAL").unlink()
    source = f"""
import nemo_run as run
exp = run.Experiment.from_id("{exp._id}")
print(exp.status(return_dict=True)["t"]["status"], exp.status(return_dict=True)["t"]["exit_code"])
exp.logs("t")
"""
    shown = subprocess.run(
        [sys.executable, "-c", source], check=True, capture_output=True, text=True, timeout=60
    )
    assert shown.stdout == "FAILED 3\n"
    assert shown.stderr == "t/0 out\n"


def test_the_rest_of_a_group_is_asked_to_end(tmp_path: Path) -> None:
    ready, asked = tmp_path / "ready", tmp_path / "asked"
    first = f"for _ in $(seq 3000); do [ -e {ready} ] && break; sleep 0.01; done"
    second = f"trap 'touch {asked}; exit 0' TERM; touch {ready}; for _ in $(seq 3000); do sleep 0.01; done"
    with Experiment("x", executor=run.LocalExecutor()) as exp:
        exp.add([run.Script(inline=first), run.Script(inline=second)], name="g")
        exp.run()
    assert asked.exists()
    assert exp.jobs[0].state == run.JobState.SUCCEEDED
