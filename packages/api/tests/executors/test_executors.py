"""Executors as such: data, copies, launchers, and the folder of their job."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import nemo_run as run
from nemo_run.core.execution.base import Executor, LogSupportedExecutor
from nemo_run.core.execution.launcher import LAUNCHER_MAP, FaultTolerance, Launcher, Torchrun
from nemo_run.exceptions import InvalidConfigError


@pytest.mark.parametrize(
    "call",
    [lambda e: e.assign("a", "b", "c", "d"), lambda e: e.nnodes(), lambda e: e.nproc_per_node()],
    ids=["assign", "nnodes", "nproc_per_node"],
)
def test_the_base_does_not_know(call: Any) -> None:
    with pytest.raises(NotImplementedError, match="Executor"):
        call(Executor())


def test_what_the_base_knows() -> None:
    executor = Executor()
    assert executor.macro_values() is None
    assert executor.cleanup("x") is None
    assert executor.info() == "Executor"
    assert executor.get_nsys_entrypoint() == ("nsys", "")
    assert executor.get_launcher_prefix() is None
    assert executor.supports_launcher_transform() is False
    assert not isinstance(executor, LogSupportedExecutor)


def test_its_fields() -> None:
    found = {f.name: f.init for f in dataclasses.fields(run.LocalExecutor)}
    assert found == {
        "packager": True,
        "launcher": True,
        "env_vars": True,
        "retries": True,
        "experiment_id": True,
        "job_dir": True,
        "experiment_dir": False,
        "_launcher_setup": False,
        "ntasks_per_node": True,
        "nodes": True,
    }
    executor = run.LocalExecutor()
    assert (executor.packager, executor.launcher, executor.env_vars) == (run.Packager(), None, {})
    assert (executor.retries, executor.experiment_id, executor.job_dir, executor.experiment_dir) == (
        0,
        None,
        "",
        "",
    )
    assert (executor.nnodes(), executor.nproc_per_node()) == (1, 1)
    assert (run.LocalExecutor(nodes=2, ntasks_per_node=4).nnodes()) == 2
    assert executor.env_vars is not run.LocalExecutor().env_vars


def test_fields_are_named() -> None:
    with pytest.raises(TypeError):
        run.LocalExecutor(1)  # type: ignore[misc]


class TestLaunchers:
    @pytest.mark.parametrize(("name", "kind"), [("torchrun", Torchrun), ("ft", FaultTolerance)])
    def test_short_names(self, name: str, kind: type) -> None:
        executor = Executor(launcher=name)
        launcher = executor.get_launcher()
        assert type(launcher) is kind
        assert executor.launcher is launcher is executor.get_launcher()
        assert executor.to_config().launcher.__fn_or_cls__ is kind
        assert LAUNCHER_MAP[name] is kind

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_none_is_a_plain_one(self, nothing: Any) -> None:
        executor = Executor(launcher=nothing)
        assert type(executor.get_launcher()) is Launcher
        assert type(executor.launcher) is Launcher

    def test_unknown_names(self) -> None:
        with pytest.raises(KeyError, match="bogus"):
            Executor(launcher="bogus").get_launcher()

    def test_what_is_no_launcher(self) -> None:
        with pytest.raises(AssertionError, match="could not setup the launcher"):
            Executor(launcher=5).get_launcher()  # type: ignore[arg-type]

    def test_profiling_makes_a_folder(self, tmp_path: Path) -> None:
        launcher = Launcher(nsys_profile=True)
        prefix = run.LocalExecutor(launcher=launcher, job_dir=str(tmp_path)).get_launcher_prefix()
        assert prefix == [
            *("profile", "-s", "none", "-t", "nvtx,cuda"),
            *("-o", f"{tmp_path}/nsys_profile/profile_%p"),
            *("--force-overwrite=true", "--capture-range=cudaProfilerApi", "--capture-range-end=stop"),
            *("--cuda-graph-trace=node", "--cuda-event-trace=false"),
        ]
        assert (tmp_path / "nsys_profile").is_dir()

    @pytest.mark.parametrize("launcher", ["torchrun", "ft"])
    def test_old_names_are_importable(self, launcher: str) -> None:
        from nemo_run.core.execution import base

        assert (base.Torchrun, base.FaultTolerance) == (Torchrun, FaultTolerance)


class TestCopies:
    def test_they_are_equal_and_independent(self) -> None:
        executor = run.LocalExecutor(env_vars={"A": "1"}, launcher=Torchrun(rdzv_id=3))
        copy = executor.clone()
        assert copy == executor
        copy.env_vars["A"] = "2"
        copy.launcher.rdzv_id = 4  # type: ignore[union-attr]
        assert (executor.env_vars, executor.launcher.rdzv_id) == ({"A": "1"}, 3)  # type: ignore[union-attr]

    def test_what_belongs_to_a_job_is_forgotten(self) -> None:
        executor = run.LocalExecutor()
        executor.assign("e", "/x", "t", "d")
        executor.get_launcher()
        copy = executor.clone()
        assert (copy.experiment_dir, copy._launcher_setup) == ("", False)
        assert (copy.experiment_id, copy.job_dir) == ("e", "/x/d")

    def test_fields_of_subclasses_travel(self) -> None:
        @dataclass(kw_only=True)
        class Mine(run.LocalExecutor):
            site: str = "here"

        assert Mine(site="there").clone().site == "there"
        assert Mine().info().endswith("Mine")

    def test_attributes_set_by_hand_travel(self) -> None:
        executor = run.LocalExecutor()
        executor.torchrun_nproc_per_node = 1  # type: ignore[attr-defined]
        assert executor.clone().torchrun_nproc_per_node == 1  # type: ignore[attr-defined]


def test_assignment_touches_no_disk(tmp_path: Path) -> None:
    executor = run.LocalExecutor()
    executor.assign("e", str(tmp_path / "x"), "t", "d")
    assert (executor.job_dir, executor.experiment_dir, executor.experiment_id) == (
        f"{tmp_path}/x/d",
        f"{tmp_path}/x",
        "e",
    )
    assert not (tmp_path / "x").exists()
    executor.create_job_dir()
    executor.create_job_dir()
    assert (tmp_path / "x/d").is_dir()


def test_texts_are_packaged_into_the_job_folder(tmp_path: Path) -> None:
    executor = run.LocalExecutor(job_dir=str(tmp_path / "j"))
    paths = executor.package_configs(("a/b.yaml", "k: v"), ("c", "old"))
    assert paths == [f"{tmp_path}/j/configs/a/b.yaml", f"{tmp_path}/j/configs/c"]
    assert Path(paths[0]).read_text() == "k: v"
    executor.package_configs(("c", "new"))
    assert Path(paths[1]).read_text() == "new"


class TestNamedExecutors:
    SOURCE = """
import nemo_run as run
calls = []
def gpu(nodes=1, **more):
    calls.append(nodes)
    return run.LocalExecutor(nodes=nodes, **more)
ready = run.LocalExecutor(env_vars={"A": "1"})
EXECUTOR_MAP = {"mapped": run.MemoryExecutor(log="from the map"), "made": lambda: run.MemoryExecutor()}
"""

    @pytest.fixture
    def file(self, tmp_path: Path) -> str:
        (tmp_path / "mine.py").write_text(self.SOURCE)
        return str(tmp_path / "mine.py")

    @pytest.fixture
    def home_file(self, home: Path) -> Path:
        home.mkdir()
        (home / "executors.py").write_text(self.SOURCE)
        return home / "executors.py"

    def test_what_can_be_called_is_called(self, file: str) -> None:
        assert run.import_executor("gpu", file_path=file, nodes=3).nodes == 3  # type: ignore[attr-defined]
        assert run.import_executor("gpu", file).nodes == 1  # type: ignore[attr-defined]

    def test_unless_not_wanted(self, file: str) -> None:
        assert callable(run.import_executor("gpu", file_path=file, call=False))

    def test_the_rest_is_returned(self, file: str) -> None:
        assert run.import_executor("ready", file_path=file).env_vars == {"A": "1"}

    @pytest.mark.parametrize("text", ["raise SystemExit(0)", "def gone():\n    raise SystemExit(0)"])
    def test_it_does_not_end_the_program(self, text: str, tmp_path: Path) -> None:
        (tmp_path / "ends.py").write_text(f"{text}\n")
        with pytest.raises(InvalidConfigError, match=r"ends\.py ends the program for 'gone'"):
            run.import_executor("gone", file_path=str(tmp_path / "ends.py"))

    def test_the_map(self, file: str) -> None:
        assert run.import_executor("mapped", file_path=file).log == "from the map"  # type: ignore[attr-defined]
        assert isinstance(run.import_executor("made", file_path=file), run.MemoryExecutor)

    def test_the_file_of_the_home(self, home_file: Path) -> None:
        assert run.import_executor("ready").env_vars == {"A": "1"}

    def test_unknown_names(self, file: str) -> None:
        with pytest.raises(AttributeError, match="nosuch") as caught:
            run.import_executor("nosuch", file_path=file)
        assert "mapped" in str(caught.value)
        with pytest.raises(FileNotFoundError):
            run.import_executor("gpu", file_path="/no/such/file.py")
        with pytest.raises(FileNotFoundError):
            run.import_executor("gpu")

    @pytest.mark.parametrize("name", ["gpu", "ready", "mapped", "made"])
    def test_names_stand_for_executors(self, home_file: Path, name: str) -> None:
        run.run(run.Script(inline="true"), executor=name, name="t")
        with run.Experiment("u", executor=name) as exp:
            exp.add(run.Script(inline="true"), name="a")
            exp.add(run.Script(inline="true"), name="b", executor="mapped")
            exp.add([run.Script(inline="true")] * 2, name="g", executor=name)
            exp.run()
        found = exp.status(return_dict=True)
        assert found is not None
        assert [str(row["status"]) for row in found.values()] == ["SUCCEEDED"] * 3
        assert found["b"]["executor"] == "MemoryExecutor"

    @pytest.mark.parametrize("there", [True, False])
    def test_unknown_names_leave_nothing(self, home: Path, there: bool) -> None:
        if there:
            home.mkdir()
            (home / "executors.py").write_text(self.SOURCE)
        with pytest.raises(ValueError, match="nosuch"):
            run.run(run.Script(inline="true"), executor="nosuch", name="t")
        with pytest.raises(ValueError, match="nosuch"):
            run.Experiment("t", executor="nosuch")
        with (
            run.Experiment("t", executor=run.MemoryExecutor()) as exp,
            pytest.raises(ValueError, match="nosuch"),
        ):
            exp.add(run.Script(inline="true"), executor="nosuch")
        assert not (home / "experiments").exists()

    def test_a_name_that_is_no_executor(self, home_file: Path) -> None:
        with pytest.raises(ValueError, match="Executor"):
            run.run(run.Script(inline="true"), executor="calls", name="t")
