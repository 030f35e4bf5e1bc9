"""Preparing and planning: commands, job folders, groups, one call per connection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nemo_run_application.backends import Backend, Connection
from nemo_run_application.plan import PlanUnits
from nemo_run_application.prepare import PrepareExperiment, prepare_task
from nemo_run_application.prepared import PreparedTask
from nemo_run_domain.errors import InvalidConfigError, UnsupportedFeatureError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.launcher import (
    FaultToleranceSettings,
    LauncherSettings,
    Rendezvous,
    TorchrunSettings,
)
from nemo_run_domain.packaging import PackagerSettings
from nemo_run_domain.task import CallableTask, ScriptTask
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask
from pretend import HOME, PlaceSettings, World, task, unit

FOLDER = f"{HOME}/experiments/title/title_1"
TOKEN = "00000000000000ff"


def no_connection(*_: object) -> Connection:
    raise AssertionError("preparing asks no backend")


BACKEND = Backend(name="none", settings=ExecutorSettings, connect=no_connection)


def prepare(what: Any, *, backend: Backend = BACKEND, environ: Any = None, **settings: Any) -> PreparedTask:
    more = {name: settings.pop(name) for name in ("launcher", "topology", "side_files") if name in settings}
    unit_task = UnitTask(id="t", task=what, executor=PlaceSettings(**settings), **more)
    return prepare_task(unit_task, backend, "/job", TOKEN, environ or {})


class TestCommands:
    @pytest.mark.parametrize(
        ("script", "argv"),
        [
            (ScriptTask(path="a b.sh", args=("x", "$y")), ("bash", "a b.sh", "x", "$y")),
            (ScriptTask(path="train.py", entrypoint="python"), ("python", "train.py")),
            (ScriptTask(path="pkg.mod", entrypoint="python", module=True), ("python", "-m", "pkg.mod")),
            (ScriptTask(inline="echo hi"), ("bash", "/job/scripts/t.sh")),
            (ScriptTask(inline="1", module=True, entrypoint="python"), ("python", "/job/scripts/t.sh")),
        ],
    )
    def test_scripts(self, script: ScriptTask, argv: tuple[str, ...]) -> None:
        prepared = prepare(script)
        assert prepared.command.argv == argv
        assert not prepared.returns_value

    def test_functions_run_in_the_task_runner(self) -> None:
        prepared = prepare(CallableTask(target="m:f", payload="text", side_files={"x": b"1"}))
        assert prepared.command.argv == (
            *("python", "-m", "nemo_run.core.runners.fdl_runner"),
            *("-n", "t", "/job/configs/t_fn_or_script"),
        )
        assert prepared.returns_value
        assert {f.path: f.content for f in prepared.files} == {
            "configs/t_fn_or_script": b"text",
            "configs/t_x": b"1",
        }

    def test_the_backend_says_where_the_job_folder_is_seen(self) -> None:
        backend = replace(BACKEND, job_folder="/nemo_run")
        assert prepare(ScriptTask(inline="x"), backend=backend).command.argv[1] == "/nemo_run/scripts/t.sh"

    @pytest.mark.parametrize(
        ("entrypoint", "shebang"),
        [
            ("bash", "#!/usr/bin/bash"),
            ("python", "#!/usr/bin/env python"),
            ("python -u", "#!/usr/bin/env -S python -u"),
        ],
    )
    def test_inline_scripts_become_files(self, entrypoint: str, shebang: str) -> None:
        (file,) = prepare(ScriptTask(inline="body", entrypoint=entrypoint)).files
        assert (file.path, file.executable) == ("scripts/t.sh", True)
        assert file.content.decode() == f"{shebang}\nbody"

    def test_files_for_people_stand_beside_the_task(self) -> None:
        files = prepare(ScriptTask(path="a.sh"), side_files={"executor.yaml": b"y"}).files
        assert [(f.path, f.content) for f in files] == [("configs/t_executor.yaml", b"y")]


class TestEnvironment:
    def test_the_script_wins_over_the_executor(self) -> None:
        script = ScriptTask(path="a", env={"A": "script", "B": "1"})
        assert prepare(script, env_vars={"A": "executor", "C": "$HOME"}).command.env == {
            "A": "script",
            "B": "1",
            "C": "$HOME",
        }

    @pytest.mark.parametrize(
        ("env", "owner"), [({"A": 1}, "executor of 't'"), ({"A=B": "x"}, "'A=B'"), ({"A": "\0"}, "NUL")]
    )
    def test_what_no_process_can_receive_is_refused(self, env: Any, owner: str) -> None:
        with pytest.raises(InvalidConfigError, match=owner):
            prepare(ScriptTask(path="a"), env_vars=env)
        with pytest.raises(InvalidConfigError, match="'t'"):
            prepare(ScriptTask(path="a", env=env))

    @pytest.mark.parametrize("retries", [-1, 1.5, "2", None])
    def test_retries_are_a_number(self, retries: Any) -> None:
        with pytest.raises(InvalidConfigError, match=r"'t': retries must be a whole number"):
            prepare(ScriptTask(path="a"), retries=retries)

    def test_retries_are_passed_on(self) -> None:
        assert prepare(ScriptTask(path="a"), retries=3).retries == 3


class TestLaunchers:
    def test_one_node_meets_itself(self) -> None:
        prepared = prepare(ScriptTask(path="a.py", entrypoint="python"), launcher=TorchrunSettings())
        assert prepared.command.argv[:7] == (
            *("torchrun", "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"),
            *("--rdzv-id", "255"),
        )
        assert prepared.command.env == {"LOGLEVEL": "INFO"}

    def test_the_backend_may_choose_the_meeting_point(self) -> None:
        seen = []

        def meet(launcher: Any, topology: Topology, run_id: str, environ: Any) -> Rendezvous:
            seen.append((type(launcher), topology.nodes, run_id, environ))
            return Rendezvous(endpoint="head:1", node_rank="$RANK", run_id=run_id)

        prepared = prepare(
            ScriptTask(path="a.py", entrypoint="python"),
            backend=replace(BACKEND, rendezvous=meet),
            launcher=FaultToleranceSettings(),
            topology=Topology(nodes=2),
            environ={"LOGLEVEL": "DEBUG"},
        )
        assert "head:1" in prepared.command.argv
        assert seen == [(FaultToleranceSettings, 2, "255", {"LOGLEVEL": "DEBUG"})]
        assert prepared.command.env == {"LOGLEVEL": "DEBUG"}

    def test_debugging_adds_the_environment_of_torch(self) -> None:
        packager = PackagerSettings(debug=True)
        command = prepare(ScriptTask(path="a"), launcher=TorchrunSettings(), packager=packager).command
        assert command.env["CUDA_LAUNCH_BLOCKING"] == "1"

    def test_a_profile_has_its_folder(self) -> None:
        prepared = prepare(ScriptTask(path="a.sh"), launcher=LauncherSettings(nsys_profile=True))
        assert prepared.command.argv[:2] == ("nsys", "profile")
        assert [f.path for f in prepared.files] == ["nsys_profile/.keep"]
        assert "/job/nsys_profile/profile_%p" in prepared.command.argv


class TestExperiments:
    def test_files_are_in_the_job_folders(self, world: World) -> None:
        unit_b = replace(unit("b"), directory="folder of b")
        prepared = PrepareExperiment(world.services)(world.experiment(unit("a"), unit_b))
        assert sorted(world.files.files) == [
            f"{FOLDER}/a/scripts/a.sh",
            f"{FOLDER}/folder of b/scripts/b.sh",
        ]
        assert [p.job_dir for p in prepared] == [f"{FOLDER}/a", f"{FOLDER}/folder of b"]
        assert len({p.token for p in prepared}) == 2
        assert {(p.experiment_id, p.title) for p in prepared} == {("title_1", "title")}

    def test_nothing_need_be_written(self, world: World) -> None:
        PrepareExperiment(world.services)(world.experiment(unit("a")), write=False)
        assert world.files.files == {}

    def test_nothing_is_written_when_a_unit_cannot_work(self, world: World) -> None:
        with pytest.raises(InvalidConfigError, match="'bad'"):
            PrepareExperiment(world.services)(world.experiment(unit("a"), unit("bad", retries=-1)))
        assert world.files.files == {}


class TestPlans:
    def prepared(self, world: World, *units: ExecutionUnit) -> Any:
        return PrepareExperiment(world.services)(world.experiment(*units))

    def test_they_stand_in_the_order_of_the_units(self, world: World) -> None:
        names = [f"u{number}" for number in range(9)]
        units = self.prepared(world, *(unit(name, place=str(i % 3)) for i, name in enumerate(names)))
        planned = PlanUnits(world.services)(units)
        assert [p.unit.id for p in planned] == [p.plan.unit_id for p in planned] == names
        assert [world.place(str(number)).count("plan") for number in range(3)] == [1, 1, 1]
        assert [world.place(str(number)).count("submit") for number in range(3)] == [0, 0, 0]
        assert {p.backend.name for p in planned} == {"memory"}

    def test_a_plan_is_the_dry_run(self, world: World) -> None:
        (planned,) = PlanUnits(world.services)(
            self.prepared(world, unit("a", env_vars={"X_TOKEN": "s3cret"}))
        )
        assert f"bash {FOLDER}/a/scripts/a.sh" in str(planned.plan)
        assert "s3cret" not in str(planned.plan)

    def test_a_group_needs_a_backend_that_runs_groups(self, world: World) -> None:
        group = replace(unit("g"), tasks=(task("x"), task("y")))
        assert PlanUnits(world.services)(self.prepared(world, group))
        world.registry.register(replace(world.backend, capabilities=frozenset()))
        with pytest.raises(UnsupportedFeatureError, match=r"'g' is a group.*'memory'"):
            PlanUnits(world.services)(self.prepared(world, group))

    def test_what_a_backend_cannot_run_is_named(self, world: World) -> None:
        with pytest.raises(InvalidConfigError, match="'a'"):
            PlanUnits(world.services)(self.prepared(world, unit("a", outcome="MAYBE")))

    def test_an_executor_that_nobody_serves_is_refused(self, world: World) -> None:
        lonely = UnitTask(id="a", task=ScriptTask(path="a"), executor=ExecutorSettings())
        with pytest.raises(InvalidConfigError, match="no backend serves ExecutorSettings"):
            self.prepared(world, ExecutionUnit(id="a", tasks=(lonely,)))

    def test_planning_nothing_gives_nothing(self, world: World) -> None:
        assert PlanUnits(world.services)([]) == []
