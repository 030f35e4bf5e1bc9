"""Tasks, units, experiments, topologies: what they refuse, and what they answer."""

from __future__ import annotations

from typing import Any

import pytest

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.packaging import PackagerSettings
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask

HERE = ExecutorSettings()
TASK = UnitTask(id="t", task=ScriptTask(path="t.sh"), executor=HERE)


def unit(unit_id: str, *after: str) -> ExecutionUnit:
    return ExecutionUnit(id=unit_id, tasks=(TASK,), after=frozenset(after))


# --- tasks


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "path or an inline text"),
        ({"path": "x", "entrypoint": ""}, "needs an entrypoint"),
        ({"path": "x", "args": ("fine", "a\0b")}, "NUL"),
    ],
)
def test_a_script_that_cannot_run_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        ScriptTask(**fields)


def test_tasks_share_nothing() -> None:
    one, other = ScriptTask(path="x"), ScriptTask(path="x")
    assert one == other
    assert one.env is not other.env


def test_executors_share_nothing() -> None:
    one, other = ExecutorSettings(), ExecutorSettings()
    one.env_vars["A"] = "1"
    assert other.env_vars == {}
    assert one.packager is not other.packager
    assert (one.launcher, one.packager, one.job_dir) == (None, PackagerSettings(), "")
    assert LauncherSettings().nsys_trace is not LauncherSettings().nsys_trace


# --- units


def test_a_unit_answers() -> None:
    one = unit("train", "a", "b")
    assert one.directory == "train"
    assert one.executor is HERE
    assert not one.is_group
    assert not one.is_ready(["a"])
    assert one.is_ready({"a", "b", "c"})
    group = ExecutionUnit(id="g", tasks=(TASK, TASK), directory="other")
    assert group.is_group
    assert group.directory == "other"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": "../x", "tasks": (TASK,)}, "job name"),
        ({"id": "", "tasks": (TASK,)}, "job name"),
        ({"id": "x", "tasks": ()}, "unit 'x' has no task"),
        ({"id": "x", "tasks": (TASK,), "directory": "a/b"}, "job folder"),
        (
            {"id": "x", "tasks": (TASK,), "dependency_type": "afternoon"},
            "'afterok' or 'afterany', not 'afternoon'",
        ),
    ],
)
def test_a_unit_that_cannot_work_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        ExecutionUnit(**fields)


# --- experiments


def test_an_experiment_knows_its_units() -> None:
    experiment = Experiment(id="t_1", title="t", directory="/t_1", units=(unit("b", "a"), unit("a")))
    assert experiment.unit_ids == ("b", "a")
    assert experiment.unit("a") == unit("a")
    with pytest.raises(KeyError):
        experiment.unit("c")


def test_an_experiment_checks_its_graph() -> None:
    with pytest.raises(InvalidConfigError, match="depends on"):
        Experiment(id="t_1", title="t", directory="/t_1", units=(unit("b", "a"),))


# --- topologies


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", None])
@pytest.mark.parametrize("name", ["nodes", "procs_per_node"])
def test_nodes_and_processes_are_counted_from_one(name: str, value: Any) -> None:
    with pytest.raises(InvalidConfigError, match=f"{name} must be a whole number"):
        Topology(**{name: value})


def test_a_long_argument_that_no_program_can_receive_is_shortened() -> None:
    with pytest.raises(InvalidConfigError, match="NUL") as caught:
        ScriptTask(path="a", args=("x" * 1000 + "\0",))
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("entrypoint", ["", "  ", "python 'x"])
def test_an_entrypoint_is_a_command(entrypoint: str) -> None:
    with pytest.raises(InvalidConfigError, match="entrypoint"):
        ScriptTask(path="a", entrypoint=entrypoint)
