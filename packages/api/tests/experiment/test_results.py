"""Outcomes: what a function returned or raised, and how a job ended."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nemo_run as run
from nemo_run.run.experiment import Experiment


def outcome(task: Any, **more: Any) -> run.Outcome:
    with Experiment("t", executor=run.LocalExecutor(**more)) as exp:
        exp.add(task, name="a")
        exp.run()
    live = exp.results()["a"]
    assert Experiment.from_id(exp._id).results()["a"] == live
    return live


@pytest.mark.parametrize(
    "value", [5, "text", 1.5, None, True, {"a": [1, 2.5, None]}, "ü" * 1000, {"n": {"m": []}}]
)
def test_values_come_back(tasks: ModuleType, value: Any) -> None:
    found = outcome(run.Partial(tasks.give, value=value))
    assert (found.state, found.exit_code, found.value, found.exception) == (
        run.JobState.SUCCEEDED,
        0,
        value,
        None,
    )
    assert found.succeeded
    assert found.elapsed is not None


@pytest.mark.parametrize("value", [(1, 2), {1: "a"}], ids=str)
def test_values_keep_their_types(tasks: ModuleType, value: Any) -> None:
    assert outcome(run.Partial(tasks.give, value=value)).value == value


def test_objects_come_back(tasks: ModuleType) -> None:
    assert outcome(run.Partial(tasks.point, x=3)).value == tasks.Point(3)


def test_what_cannot_travel_comes_back_as_text(tasks: ModuleType) -> None:
    found = outcome(run.Partial(tasks.stream))
    assert found.succeeded
    assert "TextIOWrapper" in found.value


def test_exceptions_come_back(tasks: ModuleType) -> None:
    found = outcome(run.Partial(tasks.fail, message="no luck"))
    assert (found.state, found.exit_code, found.value) == (run.JobState.FAILED, 1, None)
    assert found.exception is not None
    assert found.exception.type.endswith("ValueError")
    assert found.exception.message == "no luck"
    assert "in fail" in found.exception.traceback
    assert "ValueError: no luck" in found.log_tail


@pytest.mark.parametrize(("code", "exit_code"), [(5, 5), (0, 0), ("words", 1)])
def test_an_exit_is_an_exit(tasks: ModuleType, code: Any, exit_code: int) -> None:
    found = outcome(run.Partial(tasks.leave, code=code))
    assert found.exit_code == exit_code
    assert found.succeeded is (exit_code == 0)


def test_scripts_have_no_value() -> None:
    found = outcome(run.Script(inline="seq 30; exit 7"))
    assert (found.exit_code, found.value, found.exception) == (7, None, None)
    assert found.log_tail[-1] == "30"
    assert len(found.log_tail) == 20
    assert str(found.reason) == "error"


def test_a_signal_is_told() -> None:
    found = outcome(run.Script(inline="kill -9 $$"))
    assert (str(found.state), found.signal) == ("FAILED", 9)


def test_jobs_that_never_started_have_an_outcome(capsys: Any) -> None:
    with Experiment("t", executor=run.MemoryExecutor()) as exp:
        exp.add(run.Script(inline="true"), name="a", executor=run.MemoryExecutor(raises="boom"))
        exp.add(run.Script(inline="true"), name="b", dependencies=["a"])
        assert [str(found.state) for found in exp.results().values()] == ["UNSUBMITTED"] * 2
        exp.run()
    found = exp.results()
    assert list(found) == ["a", "b"]
    assert found["a"].exception is not None
    assert found["a"].exception.message == "boom"
    assert (str(found["b"].state), str(found["b"].reason)) == ("CANCELLED", "skipped")


def test_values_are_not_confused_between_runs(tasks: ModuleType) -> None:
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        for number in range(3):
            exp.add(run.Partial(tasks.give, value=number), name="same")
        exp.run()
    assert [found.value for found in exp.results().values()] == [0, 1, 2]


class TestExport:
    def test_the_scripts_run_by_hand(self, tasks: ModuleType, tmp_path: Path) -> None:
        with Experiment("t", executor=run.LocalExecutor(env_vars={"A": "x y"})) as exp:
            exp.add(run.Script(inline=f'echo "$A" > {tmp_path}/a'), name="a")
            exp.add(run.Partial(tasks.touch, path=str(tmp_path / "b")), name="b", dependencies=["a"])
            written = exp.export(tmp_path / "out")
        assert all(Path(path).is_file() for path in written)
        subprocess.run(
            ["bash", str(tmp_path / "out/run.sh")], check=True, timeout=60, stdin=subprocess.DEVNULL
        )
        assert (tmp_path / "a").read_text() == "x y\n"
        assert (tmp_path / "b").exists()

    def test_nothing_is_launched(self, tmp_path: Path, home: Path) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(run.Script(inline=f"touch {tmp_path}/a"), name="a")
            exp.export(tmp_path / "out")
        assert not (tmp_path / "a").exists()
        assert not (home / "experiments").exists()


class TestResume:
    def test_what_did_not_succeed_runs_again(self, tmp_path: Path, capsys: Any) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(run.Script(inline=f"echo x >> {tmp_path}/a"), name="a")
            exp.add(run.Script(inline=f"[ -e {tmp_path}/ok ]"), name="b", dependencies=["a"])
            exp.add(run.Script(inline=f"touch {tmp_path}/c"), name="c", dependencies=["b"])
            exp.run()
        (tmp_path / "ok").touch()
        capsys.readouterr()
        again = Experiment.resume(exp._id)
        out = capsys.readouterr().out
        assert [f"job {name} {what}" in out for name, what in (("a", "is left"), ("b", "runs again"))] == [
            True
        ] * 2
        assert {job: str(row["status"]) for job, row in again.status(return_dict=True).items()} == {  # type: ignore[union-attr]
            "a": "SUCCEEDED",
            "b": "SUCCEEDED",
            "c": "SUCCEEDED",
        }
        assert again._id == exp._id
        assert (tmp_path / "a").read_text() == "x\n"
        assert (tmp_path / "c").exists()

    def test_what_still_runs_is_waited_for(
        self, tmp_path: Path, until: Callable[..., run.Script], capsys: Any
    ) -> None:
        with Experiment("t", executor=run.LocalExecutor()) as exp:
            exp.add(until(str(tmp_path / "go"), before=f"echo x >> {tmp_path}/a"), name="a")
            exp.add(run.Script(inline=f"touch {tmp_path}/go; exit 1"), name="b")
            exp.run(detach=True)
        Experiment.resume(exp._id)
        assert str(Experiment.from_id(exp._id).status(return_dict=True)["a"]["status"]) == "SUCCEEDED"  # type: ignore[index]
        assert (tmp_path / "a").read_text() == "x\n"

    def test_there_must_be_one(self) -> None:
        with pytest.raises(AssertionError, match="not found"):
            Experiment.resume("nope_1")
