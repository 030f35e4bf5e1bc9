"""``run.run``: one task, one call."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import fiddle as fdl
import pytest

import nemo_run as run
from nemo_run.exceptions import ExperimentFailedError, JobFailedError, UsageError


class Attached(run.MemoryExecutor):
    supports_detach = False


def say(text: str) -> run.Script:
    return run.Script(inline=text)


@pytest.mark.parametrize("task", ["x", print, 5, None, ("a",), {}], ids=repr)
@pytest.mark.parametrize("executor", [None, run.MemoryExecutor()], ids=["direct", "executor"])
def test_nothing_but_tasks_can_be_run(task: Any, executor: Any, home: Path) -> None:
    with pytest.raises(TypeError):
        run.run(task, executor=executor)
    assert not home.exists()


def test_without_an_executor_it_is_a_call(tasks: ModuleType, capsys: Any, home: Path) -> None:
    assert run.run(run.Partial(tasks.greet, name="me"), name="ignored", plugins=[], detach=True) is None
    assert capsys.readouterr().out == "hello me\n"
    assert not home.exists()


def test_errors_of_a_call_are_its_own(tasks: ModuleType) -> None:
    with pytest.raises(ValueError, match="boom"):
        run.run(run.Partial(tasks.fail))


def test_direct_wins_over_the_executor(tasks: ModuleType, capsys: Any, home: Path) -> None:
    run.run(run.Partial(tasks.greet), executor=run.MemoryExecutor(reject="never"), direct=True)
    assert capsys.readouterr().out == "hello you\n"
    assert not home.exists()


def test_a_dry_call_shows_every_argument_and_builds(tasks: ModuleType, capsys: Any) -> None:
    run.run(run.Partial(tasks.use, built=run.Config(tasks.Built, size=7)), dryrun=True)
    out = capsys.readouterr().out
    assert "Resolved Arguments" in out
    assert "Argument Name" in out
    assert "experiment_tasks:use" in out
    assert "built" in out
    assert "'m'" in out
    assert "used" not in out
    assert tasks.Built.made == [7]


def test_a_script_without_an_executor_is_a_child(capfd: Any) -> None:
    run.run(say("echo one two"))
    assert capfd.readouterr().out == "one two\n"


def test_a_script_that_fails_says_so() -> None:
    with pytest.raises(JobFailedError, match="3"):
        run.run(say("exit 3"))


def test_there_is_no_dry_call_of_a_script() -> None:
    with pytest.raises(TypeError):
        run.run(say("echo"), dryrun=True)


def test_a_dry_run_shows_the_request_and_leaves_nothing(
    tasks: ModuleType, capsys: Any, experiments: Callable[[], list[str]]
) -> None:
    run.run(run.Partial(tasks.greet), executor=run.LocalExecutor(), name="t", dryrun=True)
    assert "configs/t_fn_or_script" in capsys.readouterr().out
    assert experiments() == []


def test_a_run_is_an_experiment_with_one_job(tasks: ModuleType, capsys: Any) -> None:
    assert run.run(run.Partial(tasks.greet), executor=run.LocalExecutor(), name="t") is None
    out = capsys.readouterr().out.splitlines()
    (found,) = run.Experiment.catalog("t")
    assert out[0] == f"Entering Experiment t with id: {found}"
    assert "t/0 hello you" in out
    assert [job.id for job in run.Experiment.from_id(found).jobs] == ["t"]


def test_the_default_name_is_that_of_the_function(tasks: ModuleType) -> None:
    run.run(run.Partial(tasks.greet), executor=run.MemoryExecutor())
    run.run(say("echo hello world"), executor=run.MemoryExecutor())
    assert run.Experiment.catalog() == ["experiment_tasks.greet", "echo_hello"]


def test_output_is_not_shown_when_nobody_wants_it(capsys: Any) -> None:
    run.run(say("echo $((1+1))2"), executor=run.LocalExecutor(), name="t", tail_logs=False)
    assert "t/0 22" not in capsys.readouterr().out


def test_a_failure_is_recorded_and_not_raised(tasks: ModuleType, capsys: Any) -> None:
    assert run.run(run.Partial(tasks.fail), executor=run.LocalExecutor(), name="t") is None
    saved = run.Experiment.from_title("t").status(return_dict=True)
    assert saved["t"]["status"] == run.JobState.FAILED
    assert "t: FAILED" in capsys.readouterr().out


def test_the_environment_makes_failures_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMORUN_RAISE_ON_FAILURE", "1")
    with pytest.raises(ExperimentFailedError) as caught:
        run.run(say("exit 3"), executor=run.LocalExecutor(), name="t")
    assert caught.value.experiment_id == run.Experiment.catalog("t")[0]
    assert caught.value.states == {"t": run.JobState.FAILED}
    run.run(say("exit 3"), executor=run.LocalExecutor(), name="t", raise_on_failure=False)


def test_the_keyword_makes_failures_raise() -> None:
    with pytest.raises(run.ExperimentFailedError, match="t FAILED"):
        run.run(say("true"), executor=run.MemoryExecutor(outcome="FAILED"), name="t", raise_on_failure=True)
    run.run(say("true"), executor=run.MemoryExecutor(), name="t", raise_on_failure=True)


def test_local_jobs_can_be_left_behind(
    tmp_path: Path, until: Callable[..., run.Script], eventually: Callable[..., Any]
) -> None:
    task = until(str(tmp_path / "go"), after=f"touch {tmp_path}/done")
    run.run(task, executor=run.LocalExecutor(), name="t", detach=True, tail_logs=False)
    assert not (tmp_path / "done").exists()
    saved = run.Experiment.from_title("t")
    assert saved.status(return_dict=True)["t"]["status"] == run.JobState.RUNNING
    (tmp_path / "go").touch()
    assert saved.wait(timeout=60) == {"t": run.JobState.SUCCEEDED}
    assert (tmp_path / "done").exists()


def test_an_executor_that_cannot_detach_is_waited_for(capsys: Any) -> None:
    run.run(say("true"), executor=Attached(), name="t", detach=True)
    out = capsys.readouterr().out
    assert "cannot detach from Attached" in out
    assert "t: SUCCEEDED" in out


@pytest.mark.parametrize("wrap", [run.Config, fdl.Partial, fdl.Config, run.Partial])
def test_every_configuration_of_a_call_runs(tasks: ModuleType, wrap: Any, tmp_path: Path) -> None:
    run.run(wrap(tasks.touch, path=str(tmp_path / "f")), executor=run.LocalExecutor(), name="t")
    assert (tmp_path / "f").exists()


def test_what_is_lazy_is_resolved_first(tasks: ModuleType, capsys: Any) -> None:
    class Lazy:
        is_lazy = True

        def resolve(self) -> Any:
            return run.Partial(tasks.greet, name="late")

    run.run(Lazy())
    run.run(Lazy(), executor=run.LocalExecutor(), name="t")
    assert capsys.readouterr().out.count("hello late") == 2


def test_a_plugin_need_not_be_in_a_list(tasks: ModuleType) -> None:
    class Rename(run.Plugin):
        def setup(self, task: Any, executor: run.Executor) -> None:
            task.value = executor.env_vars["A"] = self.experiment_id

    executor = run.LocalExecutor()
    run.run(run.Partial(tasks.give, value=1), executor=executor, plugins=Rename(), name="t")
    saved = run.Experiment.from_title("t")
    assert saved.results()["t"].value == saved.id
    assert executor.env_vars == {}


@pytest.mark.parametrize("name", ["a/b", "..", "a\0b", "x" * 201])
def test_names_that_are_no_folders_are_refused(name: str, home: Path) -> None:
    with pytest.raises(ValueError, match="experiment title"):
        run.run(say("true"), executor=run.MemoryExecutor(), name=name)
    assert not home.exists()


def test_machines_can_read_what_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("NEMORUN_OUTPUT", "json")
    run.run(say("true"), executor=run.MemoryExecutor(log="line\n"), name="t")
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["event"] == "entering"
    assert "line" in [event.get("line", "").strip() for event in events]


def test_detaching_from_this_process_is_told_to_have_no_effect(capsys: Any) -> None:
    run.run(run.Script(inline="true"), detach=True)
    assert capsys.readouterr().err == (
        "detach has no effect: the task runs in this process, which waits for it\n"
    )
    with run.Experiment("t", executor=run.MemoryExecutor()) as exp:
        exp.add(run.Script(inline="true"))
        exp.run(detach=True, direct=True)
    assert "cannot detach from this process" in "".join(capsys.readouterr())


@pytest.mark.parametrize("plugins", [3, [3], "x"], ids=str)
def test_what_is_no_plugin_is_named(plugins: Any) -> None:
    with pytest.raises(UsageError, match=r"derived from run\.Plugin, not "):
        run.run(run.Script(inline="true"), executor=run.MemoryExecutor(), plugins=plugins)
