"""What an experiment is before anything was added to it."""

from __future__ import annotations

import gc
import inspect
import logging
import os
import re
from pathlib import Path
from typing import Any

import pytest

import nemo_run as run
from nemo_run.exceptions import UsageError
from nemo_run.run.experiment import Experiment, Jobs, Tasks, _get_latest_dir, _get_sorted_dirs


def test_ids_are_distinct_and_tell_the_time() -> None:
    ids = [Experiment("u")._id for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(re.fullmatch(r"u_\d{19}", found) for found in ids)


def test_nothing_is_written(home: Path) -> None:
    Experiment("t", executor=run.LocalExecutor(), base_dir=home / "base")
    assert not home.exists()


def test_where_it_lives(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Experiment("t", id="t_1")._exp_dir == f"{home}/experiments/t/t_1"
    assert Experiment("t", id="t_1", base_dir=tmp_path)._exp_dir == f"{tmp_path}/experiments/t/t_1"
    monkeypatch.setenv("HOME", "/somewhere")
    assert Experiment("t", id="t_1", base_dir="~/x")._exp_dir == "/somewhere/x/experiments/t/t_1"


def test_all_arguments_may_be_positional() -> None:
    executor = run.MemoryExecutor()
    made = Experiment("t", executor, "t_9", "debug", False, None, None, True, False, 4, True, False)
    assert (made._title, made._id, made.executor, made.log_level) == ("t", "t_9", executor, "DEBUG")
    assert made.executor is executor
    assert made.clean_mode is True
    assert (made._threadpool_workers, made._skip_status_at_exit) == (4, True)
    assert (made._enable_goodbye_message, made._serialize_metadata_for_scripts) == (False, False)
    assert (made._reconstruct, made._launched, made.tunnels) == (False, False, {})


@pytest.mark.parametrize("executor", [None, "", ()])
def test_the_default_executor_is_this_machine(executor: Any) -> None:
    assert Experiment("t", executor=executor).executor == run.LocalExecutor()


@pytest.mark.parametrize(
    "title", ["", "../x", "..", ".", "/abs", "a/b", "a\0b", "a\nb", "x" * 201, "é" * 101]
)
def test_titles_that_are_no_folders_are_refused(title: str) -> None:
    with pytest.raises(ValueError, match="experiment title"):
        Experiment(title)


@pytest.mark.parametrize("bad", ["", "..", "a/b", "t_1/../x"])
def test_ids_that_are_no_folders_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="experiment id"):
        Experiment("t", id=bad)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="nope"):
        Experiment("t", log_level="nope")


@pytest.mark.parametrize("arguments", [{}, {"id": "t_1", "executor": run.Config(run.LocalExecutor)}])
def test_reconstruction_needs_an_id_and_an_executor(arguments: Any) -> None:
    with pytest.raises(AssertionError):
        Experiment("t", _reconstruct=True, **arguments)


def test_it_needs_a_thread() -> None:
    with pytest.raises(ValueError, match="threadpool_workers"), Experiment("t", threadpool_workers=0) as exp:
        exp.run()


def test_loggers_of_the_program_are_left_alone() -> None:
    root, mine = logging.getLogger(), logging.NullHandler()
    root.addHandler(mine)
    before, level = list(root.handlers), root.level
    try:
        with Experiment("t", log_level="DEBUG", executor=run.MemoryExecutor()) as exp:
            exp.add(run.Script(inline="true"), name="a")
            exp.run()
        del exp
        gc.collect()
        assert root.handlers == before
        assert root.level == level
    finally:
        root.removeHandler(mine)


def test_it_has_a_configuration_of_nine_arguments() -> None:
    config = Experiment("t", id="t_1", log_level="debug", raise_on_failure=True).to_config()
    assert isinstance(config, run.Config)
    assert config.__fn_or_cls__ is Experiment
    assert set(config.__arguments__) == {
        "title",
        "id",
        "executor",
        "log_level",
        "clean_mode",
        "threadpool_workers",
        "enable_goodbye_message",
        "skip_status_at_exit",
        "serialize_metadata_for_scripts",
    }
    assert (config.title, config.id, config.log_level) == ("t", "t_1", "DEBUG")
    assert isinstance(config.executor, run.Config)


def test_jobs_and_tasks_are_lists_of_their_own() -> None:
    with Experiment("t", executor=run.MemoryExecutor()) as exp:
        exp.add(run.Script(inline="true"), name="a")
        exp.add([run.Script(inline="x"), run.Script(inline="y")], name="g")
    assert isinstance(exp.jobs, Jobs)
    assert isinstance(exp.tasks, Tasks)
    exp.jobs.append("nothing")
    assert [job.id for job in exp.jobs] == ["a", "g"]
    assert exp.jobs[0] is exp.jobs[0]
    assert exp.tasks[0] is exp.jobs[0].task
    assert [task.inline for task in exp.tasks[1]] == ["x", "y"]
    exp.jobs = exp.jobs[:1]
    assert [job.id for job in exp.jobs] == ["a"]


def test_two_experiments_can_be_compared(capsys: Any) -> None:
    old, new = Experiment("t", id="t_1"), Experiment("t", id="t_2", log_level="DEBUG")
    assert "DEBUG" in str(new.diff(old))
    assert isinstance(new._repr_svg_(), str)
    assert isinstance(new.jobs._repr_svg_(), str)


def test_its_text_is_that_of_any_object() -> None:
    assert repr(Experiment("t")).startswith("<nemo_run.run.experiment.Experiment object at 0x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_CONFIG_FILE", "_CONFIG"),
        ("_VERSION_FILE", "_VERSION"),
        ("_TASK_FILE", "_TASKS"),
        ("_DONE_FILE", "_DONE"),
        ("_TUNNELS_FILE", "_TUNNELS"),
    ],
)
def test_names_of_its_files(name: str, value: str) -> None:
    assert getattr(Experiment, name) == value


@pytest.mark.parametrize("kind", ["PARALLEL", "DETACH", "DEPENDENCY"])
def test_what_executors_can_do_is_listed_in_tuples(kind: str) -> None:
    assert isinstance(getattr(Experiment, f"_{kind}_SUPPORTED_EXECUTORS"), tuple)
    assert isinstance(Experiment._RUNNER_DEPENDENT_EXECUTORS, tuple)
    assert run.LocalExecutor in Experiment._PARALLEL_SUPPORTED_EXECUTORS


def test_folders_are_sorted_by_creation(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    for number in (3, 1, 2):
        (folder / f"t_{number}").mkdir(parents=True)
    (folder / "file").touch()
    os.utime(folder / "t_1")
    assert _get_sorted_dirs(str(folder)) == ["t_1", "t_2", "t_3"]
    assert _get_latest_dir(str(folder)) == str(folder / "t_3")
    with pytest.raises(FileNotFoundError):
        _get_latest_dir(str(folder / "t_1"))


def test_methods_without_a_block_do_not_open_one() -> None:
    exp = Experiment("t", executor=run.MemoryExecutor())
    exp.status()
    exp.cancel("nope")
    exp.logs("nope")
    exp.reset()
    with pytest.raises(UsageError, match="inside"):
        exp.add(run.Script(inline="true"))
    with pytest.raises(AssertionError):
        exp.run()


def test_subclasses_may_set_their_own_arguments() -> None:
    assert "raise_on_failure" in inspect.signature(Experiment).parameters
    with pytest.raises(TypeError):
        Experiment()  # type: ignore[call-arg]
