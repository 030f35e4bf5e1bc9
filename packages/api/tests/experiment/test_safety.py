"""What must not be lost, shown or left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import nemo_run as run
from nemo_run.exceptions import InvalidConfigError, UsageError


def finished(title: str) -> run.Experiment:
    with run.Experiment(title, executor=run.MemoryExecutor(), clean_mode=True) as exp:
        exp.add(run.Script(inline="true"), name="job")
        exp.run()
    return exp


def test_a_run_that_cannot_begin_does_not_delete_an_experiment_of_that_id() -> None:
    old = finished("saved")
    with run.Experiment("saved", id=old.id, executor=run.MemoryExecutor(), clean_mode=True) as exp:
        exp.add(run.Script(inline="true"), name="job")
        exp.jobs[0].dependencies = ["nobody"]
        with pytest.raises(UsageError):
            exp.run()
    assert run.Experiment.from_id(old.id).results()["job"].succeeded


def test_a_dry_run_with_the_id_of_another_experiment_leaves_it_alone() -> None:
    old = finished("saved")
    with run.Experiment("saved", id=old.id, executor=run.MemoryExecutor(), clean_mode=True) as exp:
        exp.add(run.Script(inline="true"), name="job")
        exp.dryrun(log=False, exist_ok=True)
    assert run.Experiment.from_id(old.id).results()["job"].succeeded


def test_secrets_are_no_arguments() -> None:
    script = run.Script("train.sh", args=["--key", run.Secret("hunter2")])
    with run.Experiment("secret", clean_mode=True) as exp, pytest.raises(InvalidConfigError, match="in env"):
        exp.add(script)


def test_the_environment_of_an_executor_is_not_printed() -> None:
    env = {"WANDB_API_KEY": "hunter2"}
    assert "hunter2" not in repr(run.LocalExecutor(env_vars=env)) + repr(run.Script(inline="true", env=env))


def test_jobs_are_added_before_the_run() -> None:
    with run.Experiment("late", executor=run.MemoryExecutor(), clean_mode=True) as exp:
        exp.add(run.Script(inline="true"), name="job")
        exp.run()
        with pytest.raises(UsageError, match="before run"):
            exp.add(run.Script(inline="true"), name="late")


def test_a_resumed_run_raises_when_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = run.MemoryExecutor(outcome="FAILED")
    with run.Experiment("again", executor=executor, clean_mode=True) as exp:
        exp.add(run.Script(inline="true"), name="job")
        exp.run()
    monkeypatch.setenv("NEMORUN_RAISE_ON_FAILURE", "1")
    with pytest.raises(run.ExperimentFailedError):
        run.Experiment.resume(exp.id)


def test_a_foreign_executors_file_is_not_executed(tmp_path: Path) -> None:
    file = tmp_path / "executors.py"
    file.write_text("raise SystemExit('executed')")
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
    else:
        file.chmod(0o666)
    with pytest.raises(run.exceptions.UntrustedFileError):
        run.import_executor("any", file_path=str(file))


PROGRAM = """
import sys, time
import nemo_run as run

with run.Experiment("busy") as exp:
    exp.add(run.Script(inline="sleep 300"), name="long", executor=run.LocalExecutor())
    exp.run()
    print("READY", exp.id, flush=True)
    time.sleep(300)
"""


def test_a_signal_to_end_in_the_users_code_cancels_what_is_attached() -> None:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = next(line for line in process.stdout if line.startswith("READY"))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert run.Experiment.from_id(ready.split()[1]).results()["long"].state is run.JobState.CANCELLED
