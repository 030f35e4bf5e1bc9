"""Coming back to an experiment: finding it, asking it, repeating it."""

from __future__ import annotations

import os
import shutil
import signal
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nemo_run as run
from nemo_run import config
from nemo_run.exceptions import NotFoundError
from nemo_run.run.experiment import Experiment
from nemo_run.run.job import JobGroup


def say(text: str = "true") -> run.Script:
    return run.Script(inline=text)


def memory(**more: Any) -> run.MemoryExecutor:
    return run.MemoryExecutor(**more)


def finished(title: str = "t", **arguments: Any) -> Experiment:
    with Experiment(title, **{"executor": memory(), **arguments}) as exp:
        exp.add(say(), name="a")
        exp.run()
    return exp


def states(exp: Experiment) -> dict[str, str]:
    return {job: str(row["status"]) for job, row in exp.status(return_dict=True).items()}  # type: ignore[union-attr]


class TestFinding:
    @pytest.mark.parametrize("kind", [AssertionError, FileNotFoundError, ValueError, NotFoundError])
    def test_what_is_not_there(self, kind: type[Exception]) -> None:
        with pytest.raises(kind, match="nope_1 not found"):
            Experiment.from_id("nope_1")
        with pytest.raises(kind, match="nope"):
            Experiment.from_title("nope")
        assert Experiment.catalog("nope") == Experiment.catalog() == []

    @pytest.mark.parametrize("bad", ["", "../t_1", "t", "a/b_1", "_1"])
    def test_ids_that_are_none(self, bad: str) -> None:
        finished()
        with pytest.raises(ValueError, match=r"."):
            Experiment.from_id(bad)

    def test_a_title_without_runs(self, home: Path) -> None:
        (home / "experiments/t").mkdir(parents=True)
        with pytest.raises(FileNotFoundError):
            Experiment.from_title("t")
        with pytest.raises(ValueError, match="t"):
            Experiment.from_title("t")

    def test_the_catalog_is_in_order_of_creation(self, home: Path) -> None:
        ids = [finished()._id for _ in range(3)]
        (home / "experiments/t" / ids[0] / "touched").touch()
        os.utime(home / "experiments/t" / ids[1])
        (home / "experiments/t/a_file").touch()
        assert Experiment.catalog("t") == ids
        finished("other")
        assert Experiment.catalog() == ["t", "other"] or set(Experiment.catalog()) == {"t", "other"}

    def test_the_newest_is_the_one_created_last(self) -> None:
        with Experiment("t", executor=memory(auto=False)) as old:
            old.add(say(), name="a")
            old.run(detach=True)
        new = finished()
        old.cancel()
        old.wait()
        assert Experiment.from_title("t")._id == new._id

    def test_unreadable_ones_are_left_out(self, home: Path, caplog: Any) -> None:
        good = finished()
        (home / "experiments/t/t_9999999999999999999").mkdir()
        assert Experiment.from_title("t")._id == good._id
        broken = finished()
        for name in ("_TASKS", "_JOURNAL"):
            (Path(broken._exp_dir) / name).write_text("x")
        assert Experiment.from_title("t")._id == good._id

    def test_another_base(self, tmp_path: Path) -> None:
        exp = finished(base_dir=tmp_path / "base")
        assert exp._exp_dir.startswith(f"{tmp_path}/base/experiments/t/t_")
        with pytest.raises(AssertionError):
            Experiment.from_id(exp._id)
        base = str(tmp_path / "base")
        assert Experiment.catalog("t", base_dir=base) == [exp._id]
        for found in (
            Experiment.from_id(exp._id, base_dir=base),
            Experiment.from_title("t", base_dir=base),
        ):
            assert found._exp_dir == exp._exp_dir
            assert states(found) == {"a": "SUCCEEDED"}
        with found.reset():
            found.run()
        assert found._exp_dir.startswith(f"{base}/experiments/t/t_")

    def test_the_home_may_change(self, tmp_path: Path) -> None:
        exp = finished()
        config.set_nemorun_home(str(tmp_path / "elsewhere"))
        assert Experiment.catalog() == []
        config.set_nemorun_home(str(tmp_path / "home"))
        assert Experiment.from_id(exp._id)._id == exp._id

    def test_a_copy_reads_its_own_files(self, home: Path) -> None:
        exp = finished(executor=memory(log="original\n"))
        copy = home / "experiments/t/t_77"
        shutil.copytree(exp._exp_dir, copy)
        (copy / "_EXTRA").unlink()
        found = Experiment.from_id("t_77")
        assert (found._id, found._exp_dir) == ("t_77", str(copy))
        shutil.rmtree(exp._exp_dir)
        assert states(found) == {"a": "SUCCEEDED"}
        assert found.tasks[0].inline == "true"


class TestWhatIsFound:
    def test_it_knows_everything(self, tasks: ModuleType) -> None:
        with Experiment(
            "t", executor=memory(), log_level="DEBUG", threadpool_workers=3, clean_mode=True
        ) as exp:
            exp.add(run.Partial(tasks.greet, name="me"), name="p", tail_logs=True)
            exp.add([say("x"), say("y")], name="g", dependencies=["p"], dependency_type="afterany")
            exp.run()
        found = Experiment.from_id(exp._id)
        assert type(found) is Experiment
        assert (found._title, found._id, found._exp_dir) == (exp._title, exp._id, exp._exp_dir)
        assert (found.log_level, found._threadpool_workers, found.clean_mode) == ("DEBUG", 3, True)
        assert found.executor == exp.executor
        assert (found._reconstruct, found._launched, found.tunnels) == (True, False, {})
        for old, new in zip(exp.jobs, found.jobs, strict=True):
            assert type(old) is type(new)
            for name in ("id", "handle", "launched", "state", "tail_logs", "dependencies", "name"):
                assert getattr(old, name) == getattr(new, name), name
            assert new.executor.job_dir == old.executor.job_dir
            assert new.dependency_type == old.dependency_type
        assert found.jobs[1].states == exp.jobs[1].states
        assert found.tasks[0] == run.Partial(tasks.greet, name="me")
        assert [task.inline for task in found.tasks[1]] == ["x", "y"]

    def test_tasks_are_texts_until_they_are_wanted(self) -> None:
        found = Experiment.from_id(finished()._id)
        assert isinstance(found.jobs[0].task, str)
        assert isinstance(found.tasks[0], run.Script)
        assert found.jobs[0].task is found.tasks[0]

    def test_what_is_launched_is_known_at_once(self) -> None:
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.add([say(), say()], name="g")
            exp.run()
            found = Experiment.from_id(exp._id)
            assert [str(job.state) for job in found.jobs] == ["SUBMITTED"] * 2
            assert [job.handles for job in found.jobs] == [job.handles for job in exp.jobs]
            exp.cancel()

    def test_a_subclass_finds_itself(self) -> None:
        class Mine(Experiment):
            pass

        assert type(Mine.from_id(finished()._id)) is Mine

    def test_it_is_not_run_again(self, capsys: Any) -> None:
        found = Experiment.from_id(finished()._id)
        capsys.readouterr()
        with found:
            assert found.run() is None
        out = capsys.readouterr().out
        assert "reset()" in out
        assert "from_id" not in out

    def test_it_can_be_waited_for_and_cancelled(
        self, tmp_path: Path, until: Callable[..., run.Script]
    ) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(until(str(tmp_path / "never")), name="a")
            exp.add(until(str(tmp_path / "go")), name="b")
            exp.run(detach=True)
        found = Experiment.from_id(exp._id)
        assert states(found) == {"a": "RUNNING", "b": "RUNNING"}
        found.cancel("a")
        (tmp_path / "go").touch()
        assert {job: str(state) for job, state in found.wait(timeout=60).items()} == {
            "a": "CANCELLED",
            "b": "SUCCEEDED",
        }
        assert states(exp) == {"a": "CANCELLED", "b": "SUCCEEDED"}


class TestReset:
    def test_what_never_ran_stays(self, capsys: Any) -> None:
        exp = Experiment("t", executor=memory())
        before = exp._id
        assert exp.reset() is exp
        assert exp._id == before
        assert "nothing to reset" in capsys.readouterr().out

    @pytest.mark.parametrize("saved", [True, False])
    def test_everything_is_carried_over(self, saved: bool, tmp_path: Path) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", tail_logs=True)
            exp.add(
                [say("x"), say("y")],
                name="g",
                executor=[memory(value=1), memory(value=2)],
                dependencies=["a"],
            )
            exp.add(say(), name="b", dependencies=["g", "a"], dependency_type="afterany")
            exp.add(say(), name="a")
            exp.run()
        old = exp._id
        exp = Experiment.from_id(old) if saved else exp
        assert exp.reset() is exp
        assert exp._id != old
        assert not Path(exp._exp_dir).exists()
        assert [str(job.state) for job in exp.jobs] == ["UNSUBMITTED"] * 4
        with exp:
            exp.run()
        assert [job.id for job in exp.jobs] == ["a", "g", "b", "a_3"]
        assert [job.dependencies for job in exp.jobs] == [[], ["a"], ["g", "a"], []]
        assert [job.tail_logs for job in exp.jobs] == [True, False, False, False]
        assert exp.jobs[2].dependency_type == "afterany"
        assert isinstance(exp.jobs[1], JobGroup)
        assert [e.value for e in exp.jobs[1].executors] == [1, 2]
        assert all(e.job_dir.startswith(exp._exp_dir) for job in exp.jobs for e in job.executor_list())
        assert set(states(exp).values()) == {"SUCCEEDED"}
        assert Experiment.catalog("t") == [old, exp._id]

    def test_plugins_are_not_run_again(self) -> None:
        class Count(run.Plugin):
            def setup(self, task: Any, executor: run.Executor) -> None:
                executor.env_vars["N"] = executor.env_vars.get("N", "") + "x"

        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", plugins=[Count()])
            exp.run()
        with exp.reset():
            exp.run()
        assert exp.jobs[0].executor.env_vars == {"N": "x"}

    def test_tasks_may_be_changed_before(self, tasks: ModuleType) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(run.Partial(tasks.give, value=1), name="a")
            exp.run()
        found = Experiment.from_title("t")
        with found.reset():
            found.tasks[0].value = 2
            found.jobs[0].executor.env_vars["A"] = "1"
            found.run(sequential=True)
        assert found.results()["a"].value == 2
        assert Experiment.from_id(exp._id).results()["a"].value == 1

    def test_a_task_that_cannot_be_loaded_changes_nothing(self, tasks: ModuleType) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="s")
            exp.add(run.Partial(tasks.greet), name="a")
            exp.run()
        found = Experiment.from_id(exp._id)
        del tasks.greet
        with pytest.raises(AttributeError):
            found.reset()
        assert (found._id, found._reconstruct) == (exp._id, True)
        assert [job.id for job in found.jobs] == ["s", "a"]
        assert states(found) == {"s": "SUCCEEDED", "a": "SUCCEEDED"}

    def test_functions_of_another_script_run(self, execute: Any, tmp_path: Path) -> None:
        first = """
            import nemo_run as run
            print("launcher starts")
            LIMIT = 5
            def work(x=0): print("worked on", x, "of", LIMIT); return x
            if __name__ == "__main__":
                with run.Experiment("t") as exp:
                    exp.add(run.Partial(work), name="a", tail_logs=True)
                    exp.run()
        """
        second = """
            import nemo_run as run
            def work(x=0): raise SystemExit("the wrong one")
            if __name__ == "__main__":
                exp = run.Experiment.from_title("t")
                exp.reset()
                exp.tasks[0].x = 3
                with exp:
                    exp.run()
                print(exp.results()["a"].value, exp.status(return_dict=True)["a"]["status"])
        """
        shown = execute(textwrap.dedent(first), name="first.py")
        assert "worked on 0 of 5" in shown.stdout, shown.stderr
        assert shown.stdout.count("launcher starts") == 1
        shown = execute(textwrap.dedent(second), name="second.py")
        assert "worked on 3 of 5" in shown.stdout, shown.stdout + shown.stderr
        assert "3 SUCCEEDED" in shown.stdout
        assert "launcher starts" not in shown.stdout


ORPHAN = """
import nemo_run as run
if __name__ == "__main__":
    with run.Experiment("t", executor=run.LocalExecutor()) as exp:
        exp.add(run.Script(inline="{script}"), name="a")
        exp.run()
"""


class TestOrphans:
    """The launcher is killed while its task runs."""

    @pytest.fixture
    def orphaned(
        self, program: Callable[..., Any], eventually: Callable[..., Any], home: Path
    ) -> Callable[[str], Experiment]:
        def launch(script: str) -> Experiment:
            def running() -> bool:
                found = list(home.glob("experiments/t/*/_TASKS"))
                return bool(found) and states(Experiment.from_title("t")) == {"a": "RUNNING"}

            process = program(ORPHAN.format(script=script))
            eventually(running)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            return Experiment.from_title("t")

        return launch

    def test_they_can_be_cancelled(self, orphaned: Callable[[str], Experiment]) -> None:
        exp = orphaned("sleep 300 & wait")
        exp.cancel("a")
        assert {job: str(state) for job, state in exp.wait(timeout=60).items()} == {"a": "CANCELLED"}
        assert states(Experiment.from_id(exp._id)) == {"a": "CANCELLED"}

    def test_their_end_is_recorded(
        self, orphaned: Callable[[str], Experiment], tmp_path: Path, capsys: Any
    ) -> None:
        exp = orphaned(
            f"for _ in $(seq 3000); do [ -e {tmp_path}/go ] && break; sleep 0.02; done; echo end; exit 3"
        )
        (tmp_path / "go").touch()
        capsys.readouterr()
        exp.logs("a", follow=True)
        assert capsys.readouterr().err == "a/0 end\n"
        assert str(exp.wait(timeout=60)["a"]) == "FAILED"
        assert exp.results()["a"].exit_code == 3


def test_two_programs_share_a_home(program: Callable[..., Any], home: Path) -> None:
    source = """
import nemo_run as run
if __name__ == "__main__":
    with run.Experiment("t", executor=run.LocalExecutor()) as exp:
        for _ in range(50):
            exp.add(run.Script(inline="true"), name="j")
        exp.run()
"""
    processes = [program(source, name=f"p{n}.py") for n in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    for found in map(Experiment.from_id, Experiment.catalog("t")):
        assert len(found.jobs) == 50
        assert set(states(found).values()) == {"SUCCEEDED"}


def test_the_environment_need_not_be_active(tasks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        exp.add(run.Partial(tasks.give, value=1), name="a")
        exp.run()
    assert exp.results()["a"].value == 1
