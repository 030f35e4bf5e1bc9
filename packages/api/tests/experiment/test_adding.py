"""``Experiment.add``: what becomes a job, and under which name."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fiddle.experimental import serialization

import nemo_run as run
from nemo_run.exceptions import PackagingError, UsageError
from nemo_run.run.experiment import Experiment, _current_experiment
from nemo_run.run.job import Job, JobGroup


def say(text: str = "true") -> run.Script:
    return run.Script(inline=text)


def memory(**more: Any) -> run.MemoryExecutor:
    return run.MemoryExecutor(**more)


class Alone(run.MemoryExecutor):
    supports_groups = False


@dataclass(kw_only=True)
class Note(run.Plugin):
    """Says in the task's environment who was here."""

    key: str
    value: str
    seen: list[str] = field(default_factory=list)

    def assign(self, experiment_id: str) -> None:
        super().assign(experiment_id)
        self.seen.append("assign")

    def setup(self, task: Any, executor: run.Executor) -> None:
        self.seen.append(f"setup {self.experiment_id == executor.experiment_id} {bool(executor.job_dir)}")
        executor.env_vars[self.key] = self.value


def test_nothing_is_added_outside_the_block() -> None:
    with pytest.raises(AssertionError, match="add"):
        Experiment("t").add(say())


def test_nested_blocks_are_for_their_own_experiments() -> None:
    with Experiment("outer", executor=memory()) as outer:
        with Experiment("inner", executor=memory()) as inner:
            inner.add(say(), name="i")
            with pytest.raises(UsageError):
                outer.add(say())
            inner.run()
        assert _current_experiment.get() is outer
        outer.add(say(), name="o")
        outer.run()
    assert _current_experiment.get(None) is None
    assert [outer.jobs[0].state, inner.jobs[0].state] == [run.JobState.SUCCEEDED] * 2


def test_blocks_can_be_entered_again() -> None:
    exp = Experiment("t", executor=memory())
    with exp:
        exp.add(say(), name="a")
    with exp, exp:
        exp.add(say(), name="b")
        exp.run()
    assert [str(job.state) for job in exp.jobs] == ["SUCCEEDED"] * 2


def test_a_block_is_of_its_thread() -> None:
    caught: list[BaseException] = []
    with Experiment("t", executor=memory()) as exp:

        def other() -> None:
            try:
                exp.add(say())
            except AssertionError as error:
                caught.append(error)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("names", "ids", "folders"),
    [
        (["n", "n", "n"], ["n", "n_1", "n_2"], ["n", "n", "n"]),
        (["", "", "n", "n", "n"], ["echo_hello", "echo_hello_1", "n", "n_3", "n_4"], None),
        (["x_2", "x", "x"], ["x_2", "x", "x_3"], ["x_2", "x", "x"]),
        (["", ""], ["echo_hello", "echo_hello_1"], ["echo_hello", "echo_hello_1"]),
    ],
)
def test_ids_are_unique(names: list[str], ids: list[str], folders: list[str] | None) -> None:
    with Experiment("t", executor=memory()) as exp:
        assert [exp.add(say("echo hello world"), name=name) for name in names] == ids
        exp.run()
    assert [str(state["status"]) for state in exp.status(return_dict=True).values()] == ["SUCCEEDED"] * len(
        ids
    )
    if folders:
        assert [Path(job.executor.job_dir).name for job in exp.jobs] == folders


def test_groups_of_one_name_share_a_folder() -> None:
    with Experiment("t", executor=memory()) as exp:
        ids = [exp.add([say(), say()], name="same") for _ in range(2)]
    assert ids == ["same", "same_1"]
    assert [Path(job.executor.job_dir).name for job in exp.jobs] == ["same", "same"]
    assert [job.name for job in exp.jobs] == ["", ""]


def test_two_jobs_of_one_name_keep_their_own_files(tmp_path: Path) -> None:
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        first = exp.add(say("echo one"), name="n")
        second = exp.add(say("echo two"), name="n")
        exp.run()
    assert [exp.results()[job].log_tail for job in (first, second)] == [("one",), ("two",)]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda tasks: run.Partial(tasks.greet), "experiment_tasks.greet"),
        (lambda tasks: run.Partial(tasks.Built), "experiment_tasks.Built"),
        (lambda tasks: run.Script("some/where/run.sh"), "run.sh"),
        (lambda tasks: say("  echo hello world"), "echo_hello"),
        (lambda tasks: say("##"), "_"),
    ],
)
def test_default_names(tasks: ModuleType, make: Any, expected: str) -> None:
    with Experiment("t", executor=memory()) as exp:
        assert exp.add(make(tasks)) == expected


def test_functions_of_a_session_have_a_name(execute: Any) -> None:
    source = """
        import sys, nemo_run as run
        def f(): pass
        del sys.modules["__main__"].__file__
        with run.Experiment("t", executor=run.MemoryExecutor()) as exp:
            print([exp.add(run.Partial(f)), exp.add(run.Partial(f), name="n")])
    """
    import textwrap

    assert "['__main__.f', 'n']" in execute(textwrap.dedent(source)).stdout


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\0", "x" * 201])
def test_names_that_are_no_folders_are_refused(name: str) -> None:
    with Experiment("t", executor=memory()) as exp:
        with pytest.raises(ValueError, match="job name"):
            exp.add(say(), name=name)
        with pytest.raises(ValueError, match="job name"):
            exp.add([say()], name=name)
    assert exp.jobs == []


@pytest.mark.parametrize("dependencies", [["nope"], ["a", "nope"], "a"])
def test_dependencies_are_ids_of_jobs(dependencies: Any) -> None:
    with Experiment("t", executor=memory()) as exp:
        exp.add(say(), name="a")
        with pytest.raises(AssertionError):
            exp.add(say(), dependencies=dependencies)


def test_nobody_depends_on_a_type_that_does_not_exist() -> None:
    with Experiment("t", executor=memory()) as exp:
        exp.add(say(), name="a")
        exp.add(say(), name="b", dependencies=["a"], dependency_type="sometimes")
        with pytest.raises(ValueError, match="sometimes"):
            exp.run()


@pytest.mark.parametrize("task", [print, "x", (1,), 5, dict, run.LocalExecutor()], ids=str)
def test_what_is_no_task_is_refused(task: Any) -> None:
    with Experiment("t", executor=memory()) as exp:
        with pytest.raises(TypeError):
            exp.add(task)
        with pytest.raises(TypeError):
            exp.add([task], name="g")
    assert exp.jobs == []


@pytest.mark.parametrize("executor", [5, run.Config(run.LocalExecutor), [run.LocalExecutor()]])
def test_what_is_no_executor_is_refused(executor: Any) -> None:
    with Experiment("t", executor=memory()) as exp, pytest.raises(AssertionError):
        exp.add(say(), executor=executor)


def test_values_that_cannot_travel_are_named_at_once(tasks: ModuleType) -> None:
    with Experiment("t", executor=memory()) as exp:
        with pytest.raises(serialization.UnserializableValueError, match="value") as caught:
            exp.add(run.Partial(tasks.give, value=threading.Lock()))
        with pytest.raises(PackagingError):
            exp.add(run.Partial(tasks.give, value=object()))
    assert isinstance(caught.value, PackagingError)
    assert exp.jobs == []


def test_later_changes_do_not_reach_the_job(tasks: ModuleType) -> None:
    task, script, executor = run.Partial(tasks.give, value=[1]), say("echo 1"), memory(env_vars={"A": "1"})
    with Experiment("t", executor=executor) as exp:
        exp.add(task, name="p")
        exp.add(script, name="s")
        task.value.append(2)
        task.value, script.inline = 3, "echo 2"
        executor.env_vars["A"], executor.value = "2", "x"
    assert exp.jobs[0].task.value == [1]
    assert exp.jobs[1].task.inline == "echo 1"
    assert [job.executor.env_vars for job in exp.jobs] == [{"A": "1"}] * 2
    assert [job.executor.value for job in exp.jobs] == [None, None]


class TestGroups:
    def test_they_need_a_name(self) -> None:
        with Experiment("t", executor=memory()) as exp, pytest.raises(AssertionError, match="name"):
            exp.add([say()])

    def test_they_need_a_task(self) -> None:
        with Experiment("t", executor=memory()) as exp, pytest.raises(AssertionError):
            exp.add([], name="g")

    @pytest.mark.parametrize(
        "executors",
        [
            pytest.param([memory()] * 3, id="three"),
            pytest.param([], id="none"),
            pytest.param([memory(), run.LocalExecutor()], id="mixed"),
            pytest.param([Alone(), Alone()], id="no groups"),
            pytest.param(Alone(), id="no groups, one"),
        ],
    )
    def test_executors_must_fit(self, executors: Any) -> None:
        with Experiment("t", executor=memory()) as exp, pytest.raises(AssertionError):
            exp.add([say(), say()], name="g", executor=executors)

    def test_classes_can_be_registered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(JobGroup, "SUPPORTED_EXECUTORS", [Alone])
        with Experiment("t", executor=memory()) as exp:
            assert exp.add([say(), say()], name="g", executor=Alone()) == "g"

    def test_every_task_has_its_executor(self) -> None:
        with Experiment("t", executor=memory(env_vars={"A": "1"})) as exp:
            exp.add([say("x"), say("y")], name="g")
            exp.add([say("x"), say("y")], name="h", executor=[memory(value=1), memory(value=2)])
            exp.run()
        first, second = exp.jobs
        assert isinstance(first, JobGroup)
        assert len(first.executors) == 2
        assert first.executors[0] is not first.executors[1]
        assert {e.job_dir for e in first.executors} == {f"{exp._exp_dir}/g"}
        assert [e.value for e in second.executors] == [1, 2]
        assert len(second.handles) == len(second.states) == 2

    def test_one_task_is_a_group_too(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add([say()], name="g")
            exp.run()
        assert isinstance(exp.jobs[0], JobGroup)
        assert exp.jobs[0].state is run.JobState.SUCCEEDED


class TestPlugins:
    def test_they_change_copies(self, tasks: ModuleType) -> None:
        class Both(run.Plugin):
            def setup(self, task: Any, executor: run.Executor) -> None:
                task.name = "changed"
                executor.env_vars["A"] = "1"

        task, executor = run.Partial(tasks.greet), run.LocalExecutor()
        with Experiment("t", executor=executor) as exp:
            exp.add(task, name="a", plugins=[Both()])
            exp.run()
        assert exp.results()["a"].log_tail == ("hello changed",)
        assert exp.jobs[0].executor.env_vars == {"A": "1"}
        assert executor.env_vars == {}
        assert task.__arguments__ == {}

    def test_the_last_one_wins(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), plugins=[Note(key="A", value="1"), Note(key="A", value="2")])
        assert exp.jobs[0].executor.env_vars == {"A": "2"}

    def test_assign_comes_once_setup_for_each_task(self) -> None:
        plugin = Note(key="A", value="1")
        with Experiment("t", executor=memory()) as exp:
            exp.add([say(), say()], name="g", plugins=[plugin])
        assert plugin.seen == ["assign", "setup True True", "setup True True"]
        assert plugin.experiment_id == exp._id
        assert [e.env_vars for e in exp.jobs[0].executors] == [{"A": "1"}] * 2

    def test_one_need_not_be_in_a_list(self) -> None:
        plugin = Note(key="A", value="1")
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", plugins=plugin)
            exp.add(say(), name="b", plugins=plugin)
        assert plugin.seen.count("assign") == 2
        assert exp.jobs[0].plugins == [plugin]

    def test_they_are_saved(self) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", plugins=Note(key="A", value="1"))
            exp.run()
        (found,) = Experiment.from_id(exp._id).jobs[0].plugins
        assert (found.key, found.value) == ("A", "1")

    def test_one_that_cannot_be_saved_does_not_stop_the_run(self) -> None:
        class Strange:
            def assign(self, experiment_id: str) -> None:
                self.lock = threading.Lock()

            def setup(self, task: Any, executor: run.Executor) -> None:
                executor.env_vars["A"] = "1"

        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a", plugins=[Strange()])
            exp.run()
        saved = Experiment.from_id(exp._id).jobs[0]
        assert "Strange" in saved.plugins[0]
        assert saved.executor.env_vars == {"A": "1"}


def test_jobs_are_plain_records() -> None:
    job = Job("a", say(), memory())
    assert (job.handle, job.launched, job.plugins, job.tail_logs, job.dependencies, job.name) == (
        "",
        False,
        None,
        False,
        [],
        "",
    )
    assert job.state == run.JobState.UNSUBMITTED
    group = JobGroup("g", [say()], [memory()])
    assert (group.handles, group.states, group.handle, group.state) == ([], [], "", run.JobState.UNSUBMITTED)
    assert group.executor is group.executors[0]
