"""``Experiment.run``: order, dependencies, groups, and what failures mean for others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nemo_run as run
from nemo_run.exceptions import UsageError
from nemo_run.run.experiment import Experiment
from nemo_run_adapters.memory.cluster import cluster
from nemo_run_domain.errors import SubmissionRejectedError


def say(text: str = "true") -> run.Script:
    return run.Script(inline=text)


def memory(**more: Any) -> run.MemoryExecutor:
    return run.MemoryExecutor(**more)


class Serial(run.MemoryExecutor):
    supports_parallel = False


class Attached(run.MemoryExecutor):
    supports_detach = False


def launch(exp: Experiment, *jobs: dict[str, Any], error: Exception | None = None, **how: Any) -> None:
    with exp:
        for job in jobs:
            exp.add(**{"task": say(), **job})
        exp.run(**how)
        if error is not None:
            raise error


def states(exp: Experiment) -> dict[str, str]:
    return {job: str(row["status"]) for job, row in exp.status(return_dict=True).items()}  # type: ignore[union-attr]


def order(exp: Experiment) -> list[str]:
    mine = {job.handle.rpartition("/")[2]: job.id for job in exp.jobs}
    return [mine[job.native_id] for job in cluster.jobs if job.native_id in mine]


@pytest.fixture(autouse=True)
def _empty_cluster() -> Iterator[None]:
    yield
    cluster.clear()


def test_jobs_start_together(tmp_path: Path, until: Callable[..., run.Script]) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        exp.add(until(str(b), before=f"touch {a}"), name="a")
        exp.add(until(str(a), before=f"touch {b}"), name="b")
        assert exp.run() is None
        assert [str(job.state) for job in exp.jobs] == ["SUBMITTED"] * 2
        assert all(job.launched and job.handle for job in exp.jobs)
    assert [str(job.state) for job in exp.jobs] == ["SUCCEEDED"] * 2


class TestDependencies:
    def test_dependants_of_a_failed_job_are_skipped(self, capsys: Any) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", executor=memory(outcome="FAILED"))
            exp.add(say(), name="b", dependencies=["a"])
            exp.add(say(), name="c", dependencies=["b"])
            exp.add(say(), name="d")
            exp.run()
        found = exp.status(return_dict=True)
        assert states(exp) == {"a": "FAILED", "b": "CANCELLED", "c": "CANCELLED", "d": "SUCCEEDED"}
        assert [row["reason"] for row in found.values()] == ["error", "skipped", "skipped", ""]
        assert "a" in found["b"]["message"]
        assert order(exp) == ["a", "d"]
        assert "b: SKIPPED" in capsys.readouterr().out
        exp.status()
        assert "- Status: SKIPPED" in capsys.readouterr().out
        assert states(Experiment.from_id(exp._id)) == states(exp)

    def test_it_is_so_with_processes(self, tmp_path: Path) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(say("exit 2"), name="a")
            exp.add(say(f"touch {tmp_path}/b"), name="b", dependencies=["a"])
            exp.run()
        assert states(exp) == {"a": "FAILED", "b": "CANCELLED"}
        assert not (tmp_path / "b").exists()

    @pytest.mark.parametrize("how", ["run", "add", "sequential"])
    def test_they_may_wait_for_any_end(self, how: str) -> None:
        kind = {"dependency_type": "afterany"}
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", executor=memory(outcome="FAILED"))
            after = {"dependencies": None if how == "sequential" else ["a"]}
            exp.add(say(), name="b", **after, **(kind if how == "add" else {}))  # type: ignore[arg-type]
            exp.run(sequential=how == "sequential", **({} if how == "add" else kind))  # type: ignore[arg-type]
        assert states(exp) == {"a": "FAILED", "b": "SUCCEEDED"}

    def test_the_job_decides_before_the_run(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", executor=memory(outcome="FAILED"))
            exp.add(say(), name="b", dependencies=["a"], dependency_type="afterok")
            exp.run(dependency_type="afterany")
        assert states(exp)["b"] == "CANCELLED"

    def test_the_executor_may_decide(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", executor=memory(outcome="FAILED"))
            executor = memory()
            executor.dependency_type = "afterany"
            exp.add(say(), name="b", executor=executor, dependencies=["a"])
            exp.run()
        assert states(exp)["b"] == "SUCCEEDED"

    def test_nobody_waits_for_what_it_does_not_depend_on(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b", dependencies=["a"])
            exp.add(say(), name="c", dependencies=["a"])
            exp.add(say(), name="d", dependencies=["b", "c"])
            exp.add(say(), name="e", executor=memory(auto=False))
            thread = threading.Thread(target=_finish_after, args=("e-", "d-"))
            thread.start()
            exp.run()
            thread.join()
        assert set(states(exp).values()) == {"SUCCEEDED"}
        assert order(exp)[-1] == "d"

    def test_in_sequence(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            for name in ("z", "a", "m"):
                exp.add(say(), name=name)
            exp.run(sequential=True)
            assert [str(job.state) for job in exp.jobs] == ["SUCCEEDED"] * 3
        assert order(exp) == ["z", "a", "m"]
        assert [job.dependencies for job in exp.jobs] == [[], ["z"], ["a"]]

    def test_a_sequence_has_no_other_dependencies(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b", dependencies=["a"])
            with pytest.raises(AssertionError, match="sequential"):
                exp.run(sequential=True)

    @pytest.mark.parametrize("after", [["b"], ["a"], ["nope"]])
    def test_cycles_are_refused(self, after: list[str], home: Path) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b", dependencies=["a"])
            exp.jobs[0].dependencies = after
            with pytest.raises(AssertionError):
                exp.run()
        assert not (home / "experiments").exists()

    def test_a_group_waits_and_is_waited_for(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add([say(), say()], name="g", dependencies=["a"])
            exp.add(say(), name="b", dependencies=["g"])
            exp.run()
        assert set(states(exp).values()) == {"SUCCEEDED"}
        assert order(exp) == ["a", "g", "b"]

    def test_two_kinds_of_executors_take_turns(self, capsys: Any) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add(say("true"), name="b", executor=run.LocalExecutor(), dependencies=["a"])
            exp.run(detach=True)
            assert states(exp) == {"a": "SUCCEEDED", "b": "SUCCEEDED"}
        out = capsys.readouterr().out
        assert "cannot detach" in out
        assert "keep this process running" in out


def _finish_after(job: str, other: str) -> None:
    deadline = time.monotonic() + 60
    while not any(j.native_id.startswith(other) and j.status.is_final for j in cluster.jobs):
        if time.monotonic() > deadline:
            break
        time.sleep(0.005)
    for found in cluster.jobs:
        if found.native_id.startswith(job):
            cluster.finish(found.native_id)


class TestWhatExecutorsCanDo:
    def test_side_by_side_unless_the_class_says_no(self, home: Path) -> None:
        with Experiment("t", executor=Serial()) as exp:
            exp.add(say(), name="a")
            with pytest.raises(AssertionError, match="sequential=True"):
                exp.run()
        assert not (home / "experiments").exists()

    def test_the_tuple_is_read_when_it_matters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with Experiment("t", executor=Serial()) as exp:
            exp.add(say(), name="a")
            more = (*Experiment._PARALLEL_SUPPORTED_EXECUTORS, Serial)
            monkeypatch.setattr(Experiment, "_PARALLEL_SUPPORTED_EXECUTORS", more)
            exp.run()
        assert states(exp) == {"a": "SUCCEEDED"}

    def test_in_sequence_they_may_always_run(self) -> None:
        with Experiment("t", executor=Serial()) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b")
            exp.run(sequential=True)
        assert set(states(exp).values()) == {"SUCCEEDED"}

    def test_an_unknown_class_runs(self) -> None:
        class Mine(run.MemoryExecutor):
            pass

        Mine.__module__, Mine.__qualname__ = __name__, "Mine"
        globals()["Mine"] = Mine
        with Experiment("t", executor=Mine()) as exp:
            exp.add(say(), name="a")
            exp.run()
        assert exp.jobs[0].executor.info() == "Mine"
        assert states(exp) == {"a": "SUCCEEDED"}

    def test_detaching_is_read_from_the_tuple_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Experiment, "_DETACH_SUPPORTED_EXECUTORS", (Attached,))
        with Experiment("t", executor=Attached(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.run(detach=True)
        assert states(exp) == {"a": "RUNNING"}
        exp.cancel()
        assert exp.wait() == {"a": run.JobState.CANCELLED}


class TestOnce:
    def test_the_second_run_is_a_notice(self, capsys: Any) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.run()
            assert exp.run() is None
        assert "nothing is launched" in capsys.readouterr().out
        assert order(exp) == ["a"]

    def test_without_jobs_files_are_written(self, capsys: Any) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.run()
        names = {path.name for path in Path(exp._exp_dir).iterdir()}
        assert {"_CONFIG", "_TASKS", "_VERSION"} <= names
        assert "_DONE" not in names
        assert "from_id" not in capsys.readouterr().out
        assert Experiment.from_id(exp._id).jobs == []

    def test_an_id_is_used_once(self) -> None:
        with Experiment("t", id="t_1", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.run()
        with Experiment("t", id="t_1", executor=memory()) as again:
            again.add(say(), name="a")
            with pytest.raises(FileExistsError):
                again.run()
            with pytest.raises(FileExistsError):
                again.dryrun()
        assert states(Experiment.from_id("t_1")) == {"a": "SUCCEEDED"}

    def test_a_run_after_a_dry_run(self, capsys: Any) -> None:
        with Experiment("t", executor=memory(log="out\n")) as exp:
            exp.add(say(), name="a")
            exp.add([say(), say()], name="g")
            exp.dryrun(log=True)
            assert states(exp) == {"a": "UNSUBMITTED", "g": "UNSUBMITTED"}
            exp.run(tail_logs=True)
        out = capsys.readouterr().out
        assert "Task a" in out
        assert "Task Group g" in out
        assert "a/0 out" in out
        assert states(exp) == {"a": "SUCCEEDED", "g": "SUCCEEDED"}

    def test_nothing_is_left_when_preparing_fails(
        self, experiments: Callable[[], list[str]], capsys: Any
    ) -> None:
        with Experiment("t", executor=memory(outcome="NEVER")) as exp:
            exp.add(say(), name="a")
            with pytest.raises(ValueError, match="NEVER"):
                exp.run(detach=True)
            with pytest.raises(ValueError, match="NEVER"):
                exp.dryrun()
        assert experiments() == []
        assert "Detaching" not in capsys.readouterr().out


class TestJobsFromElsewhere:
    def test_an_executor_may_be_exchanged(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.jobs[0].executor = run.LocalExecutor(env_vars={"A": "x"})
            exp.jobs[0].task = say("echo $A")
            exp.run()
        assert exp.results()["a"].log_tail == ("x",)
        assert exp.jobs[0].executor.job_dir == f"{exp._exp_dir}/a"

    def test_jobs_of_another_experiment(self) -> None:
        with Experiment("t", executor=memory()) as first:
            first.add(say(), name="n")
            first.add(say(), name="n")
        with Experiment("u", executor=memory(), jobs=first.jobs) as exp:
            exp.run()
        assert states(exp) == {"n": "SUCCEEDED", "n_1": "SUCCEEDED"}
        assert [job.executor.job_dir for job in exp.jobs] == [f"{exp._exp_dir}/n"] * 2

    def test_only_some_jobs(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b")
            exp.jobs = exp.jobs[1:]
            exp.run()
        assert states(exp) == states(Experiment.from_id(exp._id)) == {"b": "SUCCEEDED"}


class TestDryRun:
    @pytest.mark.parametrize("block", [True, False])
    def test_it_needs_no_block(self, capsys: Any, experiments: Any, block: bool) -> None:
        exp = Experiment("t", executor=run.LocalExecutor())
        with exp:
            exp.add(say("echo 1"), name="a")
            if block:
                assert exp.dryrun() is None
        if not block:
            exp.dryrun()
        out = capsys.readouterr().out
        assert f"Dry run of experiment {exp._id}" in out
        assert "scripts/a.sh" in out
        assert experiments() == []
        assert exp.jobs[0].executor.job_dir == f"{exp._exp_dir}/a"

    def test_it_may_keep_the_folder(self, capsys: Any) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(say("echo 1"), name="a")
            exp.dryrun(log=False, delete_exp_dir=False)
            assert "Dry run" not in capsys.readouterr().out
            assert (Path(exp._exp_dir) / "a/scripts/a.sh").exists()
            with pytest.raises(FileExistsError):
                exp.dryrun()
            exp.dryrun(exist_ok=True)
        assert not Path(exp._exp_dir).exists()

    @pytest.mark.parametrize("saved", [True, False])
    @pytest.mark.parametrize("broken", [True, False])
    def test_what_was_launched_stays(self, saved: bool, broken: bool, capsys: Any) -> None:
        with Experiment("t", executor=memory(log="mine\n")) as exp:
            exp.add(say(), name="a")
            exp.run()
        exp = Experiment.from_id(exp._id) if saved else exp
        if broken:
            exp.jobs[0].executor.outcome = "NEVER"
            with pytest.raises(ValueError, match="NEVER"):
                exp.dryrun(exist_ok=True)
        else:
            exp.dryrun(exist_ok=True)
            assert "scripts/a.sh" in capsys.readouterr().out
        assert states(Experiment.from_id(exp._id)) == {"a": "SUCCEEDED"}

    def test_other_runs_of_the_title_stay(self) -> None:
        with Experiment("t", executor=memory()) as kept:
            kept.add(say(), name="a")
            kept.run()
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.dryrun()
        assert Experiment.catalog("t") == [kept._id]


class TestGroups:
    @pytest.mark.parametrize(("code", "expected"), [(0, "SUCCEEDED"), (1, "FAILED")])
    def test_the_first_to_end_ends_the_group(self, code: int, expected: str) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add([say(f"exit {code}"), say("trap 'echo term; exit 0' TERM; sleep 60 & wait")], name="g")
            exp.run()
        assert states(exp) == {"g": expected}
        assert exp.results()["g"].exit_code == code
        members = [(Path(exp._exp_dir) / "g/nemo_run").glob(f"g-{i}-*/SUCCESS") for i in (0, 1)]
        assert [len(list(found)) for found in members] == [1, 1]

    def test_a_group_in_memory(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(
                [say(), say()], name="g", executor=[memory(outcome="FAILED", exit_code=4), memory(auto=False)]
            )
            exp.run()
        assert states(exp) == {"g": "FAILED"}
        assert exp.results()["g"].exit_code == 4
        assert [str(job.status.state) for job in cluster.jobs[-2:]] == ["FAILED", "CANCELLED"]


class TestRefusals:
    def test_what_was_submitted_is_recorded(self, capsys: Any) -> None:
        exp = Experiment("t", executor=memory(auto=False))
        with pytest.raises(SubmissionRejectedError, match="no room"):
            launch(exp, {"name": "a"}, {"name": "b", "executor": memory(reject="no room")})
        saved = Experiment.from_id(exp._id)
        assert saved.jobs[0].handle.startswith("memory://nemo_run/a-")
        assert saved.jobs[1].handle == ""
        assert states(saved)["a"] == "CANCELLED"
        assert "'a'" in capsys.readouterr().out

    def test_a_missing_program_is_a_missing_file(self) -> None:
        script = run.Script("x.sh", entrypoint="no-such-program")
        exp = Experiment("t", executor=run.LocalExecutor())
        with pytest.raises(FileNotFoundError):
            launch(exp, {"task": script, "name": "a"})
        assert states(exp) == {"a": "FAILED"}

    def test_a_missing_script_is_a_failed_task(self) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(run.Script("/no/such/script.sh"), name="a")
            exp.run()
        assert states(exp) == {"a": "FAILED"}
        assert exp.results()["a"].exit_code == 127


def test_an_error_in_the_block_is_told_after_the_jobs(tmp_path: Path) -> None:
    exp = Experiment("t", executor=run.LocalExecutor())
    with pytest.raises(ValueError, match="mine"):
        launch(exp, {"task": say(f"touch {tmp_path}/done")}, error=ValueError("mine"))
    assert (tmp_path / "done").exists()
    assert str(exp.jobs[0].state) == "SUCCEEDED"
    assert (Path(exp._exp_dir) / "_DONE").exists()


def test_a_failed_task_is_tried_again(tasks: ModuleType, tmp_path: Path) -> None:
    with Experiment("t", executor=run.LocalExecutor(retries=3)) as exp:
        exp.add(run.Partial(tasks.later, n=3, flag=str(tmp_path / "flag")), name="a")
        exp.run()
    assert states(exp) == {"a": "SUCCEEDED"}
    assert exp.results()["a"].restarts == 2
    assert len((tmp_path / "flag").read_text()) == 3


class TestDirect:
    def test_outputs_are_kept(self, tasks: ModuleType, capsys: Any) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(run.Partial(tasks.greet), name="p")
            exp.add(say("echo from a script"), name="s")
            exp.run(direct=True)
        out = capsys.readouterr().out
        assert "hello you\n" in out
        logs = [Path(job.executor.job_dir) / f"log_{job.id}_direct_run.out" for job in exp.jobs]
        assert [log.read_text() for log in logs] == ["hello you\n", "from a script\n"]
        assert [str(job.state) for job in exp.jobs] == ["SUCCEEDED"] * 2
        assert all(job.launched for job in exp.jobs)
        handles = [f"local_persistent://nemo_run/{name}_direct_run" for name in "ps"]
        assert [job.handle for job in exp.jobs] == handles
        saved = Experiment.from_id(exp._id)
        assert [job.handle for job in saved.jobs] == handles
        assert states(saved) == {"p": "SUCCEEDED", "s": "SUCCEEDED"}
        capsys.readouterr()
        saved.logs("p")
        assert capsys.readouterr().err == "p/0 hello you\n"
        saved.logs("p", regex="nothing like it")
        assert capsys.readouterr().err == ""

    def test_single_jobs_only(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add([say(), say()], name="g")
            with pytest.raises(UsageError):
                exp.run(direct=True)
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b", dependencies=["a"])
            with pytest.raises(AssertionError):
                exp.run(direct=True)

    def test_the_first_end_is_the_end(self, tasks: ModuleType, tmp_path: Path, capsys: Any) -> None:
        exp = Experiment("t", executor=memory())
        first = {"task": run.Partial(tasks.leave, code=3), "name": "a"}
        second = {"task": run.Partial(tasks.touch, path=str(tmp_path / "b")), "name": "b"}
        with pytest.raises(SystemExit) as caught:
            launch(exp, first, second, direct=True)
        assert caught.value.code == 3
        assert not (tmp_path / "b").exists()
        assert "from_id" not in capsys.readouterr().out
        assert [job.launched for job in exp.jobs] == [False, False]
        saved = Experiment.from_id(exp.id)
        report = saved.status(return_dict=True)
        assert report is not None
        assert {job: (str(row["status"]), row["executor"]) for job, row in report.items()} == {
            "a": ("FAILED", "this process"),
            "b": ("CANCELLED", "this process"),
        }
        assert report["b"]["reason"] == "skipped"
        assert (Path(exp._exp_dir) / "_DONE").exists()


class TestWaiting:
    def test_the_block_waits(self) -> None:
        with Experiment("t", executor=memory(duration=0.02)) as exp:
            exp.add(say(), name="a")
            exp.run()
        assert str(exp.jobs[0].state) == "SUCCEEDED"

    def test_wait_may_be_called_in_the_block(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.run()
            assert exp.wait() == {"a": run.JobState.SUCCEEDED}
            assert exp.wait() == {"a": run.JobState.SUCCEEDED}

    @pytest.mark.parametrize("detach", [True, False])
    def test_patience_has_an_end(self, detach: bool) -> None:
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.run(detach=detach)
            with pytest.raises(TimeoutError, match="'a'"):
                exp.wait(timeout=0.01)
            exp.cancel("a")
        assert exp.wait(timeout=60) == {"a": run.JobState.CANCELLED}

    def test_a_detached_run_can_be_waited_for(self) -> None:
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.run(detach=True)
        assert states(exp) == {"a": "RUNNING"}
        cluster.finish(exp.jobs[0].handle.rpartition("/")[2])
        exp._wait_for_jobs(exp.jobs)
        assert exp.jobs[0].state == run.JobState.SUCCEEDED

    def test_cancel_from_another_thread(self) -> None:
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.add(say(), name="b", dependencies=["a"])

            def cancel_it() -> None:
                cluster.wait_for_jobs(1)
                exp.cancel("a")

            cancel = threading.Thread(target=cancel_it)
            cancel.start()
            exp.run()
            cancel.join()
        assert states(exp) == {"a": "CANCELLED", "b": "CANCELLED"}

    def test_cancel_everything(self) -> None:
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.add([say(), say()], name="g")
            exp.run()
            exp.cancel()
        assert states(exp) == {"a": "CANCELLED", "g": "CANCELLED"}
        assert [row["reason"] for row in exp.status(return_dict=True).values()] == ["cancelled"] * 2  # type: ignore[union-attr]

    def test_cancel_by_handle(self) -> None:
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.run()
            exp.cancel(exp.jobs[0].handle)
        assert states(exp) == {"a": "CANCELLED"}


class TestRaising:
    @pytest.mark.parametrize("how", ["keyword", "environment"])
    def test_failures_raise_on_demand(self, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
        if how == "environment":
            monkeypatch.setenv("NEMORUN_RAISE_ON_FAILURE", "true")
        wanted = True if how == "keyword" else None
        exp = Experiment("t", executor=memory(), raise_on_failure=wanted)
        failing = {"name": "a", "executor": memory(outcome="FAILED")}
        with pytest.raises(run.ExperimentFailedError) as caught:
            launch(exp, failing, {"name": "b", "dependencies": ["a"]}, {"name": "c"})
        assert caught.value.experiment_id == exp._id
        assert {job: str(state) for job, state in caught.value.states.items()} == {
            "a": "FAILED",
            "b": "CANCELLED",
            "c": "SUCCEEDED",
        }
        assert (Path(exp._exp_dir) / "_DONE").exists()

    def test_errors_of_the_block_come_first(self) -> None:
        exp = Experiment("t", executor=memory(outcome="FAILED"), raise_on_failure=True)
        with pytest.raises(ZeroDivisionError):
            launch(exp, {}, error=ZeroDivisionError())

    def test_a_detached_run_has_not_failed(self) -> None:
        with Experiment("t", executor=memory(auto=False), raise_on_failure=True) as exp:
            exp.add(say(), name="a")
            exp.run(detach=True)
        exp.cancel()
