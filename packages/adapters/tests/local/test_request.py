"""What the supervisor is asked to start; whole dry runs are in ``tests/golden/local``."""

import re
from dataclasses import replace

import pytest

from nemo_run_adapters.local.request import LocalApp, LocalPlan, Site, plan_unit
from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_domain.command import Command
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask

SITE = Site(programs={"python": "/venv/bin/python"}, cwd="/code", import_path=("/a", "/b"), environ={})


def prepare(
    *argv: str, task_ids: tuple[str, ...] = ("job",), token: str = "ab", **more: object
) -> PreparedUnit:
    tasks = tuple(
        PreparedTask(
            id=task_id,
            command=Command(argv=argv or ("true",)),
            files=(),
            retries=0,
            launcher=LauncherSettings(),
            topology=Topology(),
        )
        for task_id in task_ids
    )
    members = tuple(UnitTask(id=i, task=ScriptTask(path="x"), executor=LocalSettings()) for i in task_ids)
    return PreparedUnit(
        unit=ExecutionUnit(id="job", tasks=members),
        experiment_id="t_1",
        title="t",
        job_dir="/exp/job",
        token=token,
        tasks=tuple(replace(task, **more) for task in tasks),  # type: ignore[arg-type]
    )


def plan(*argv: str, **more: object) -> LocalPlan:
    return plan_unit(prepare(*argv, **more), SITE)  # type: ignore[arg-type]


def only(found: LocalPlan) -> LocalApp:
    (app,) = found.apps
    return app


def test_ids_have_the_documented_form() -> None:
    pattern = r"my-job-[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz012345679]+"
    assert re.fullmatch(pattern, only(plan(task_ids=("my job",))).app_id)


def test_ids_follow_from_the_token_and_the_task() -> None:
    assert plan().planned == plan().planned
    assert plan().planned != plan(token="ac").planned
    # Two names that become one in an id are told apart.
    ids = plan(task_ids=("a b", "a-b")).planned
    assert len(set(ids)) == 2


def test_the_folder_of_an_app_is_inside_the_job_folder() -> None:
    app = only(plan())
    assert app.app_dir == f"/exp/job/nemo_run/{app.app_id}"
    assert app.env["TORCHELASTIC_ERROR_FILE"] == f"{app.app_dir}/job/0/error.json"
    assert app.env["PET_LOG_DIR"] == f"{app.app_dir}/torchelastic/job"


@pytest.mark.parametrize("task_id", ["a/b", "..", "."])
def test_a_task_id_that_is_no_folder_name_is_refused(task_id: str) -> None:
    with pytest.raises(InvalidConfigError, match=re.escape(repr(task_id))):
        plan(task_ids=(task_id,))


@pytest.mark.parametrize(
    ("argv", "first"),
    [
        (("python", "x.py"), "/venv/bin/python"),
        (("python3", "x.py"), "python3"),
        (("/usr/bin/python", "x.py"), "/usr/bin/python"),
        (("torchrun", "x.py"), "torchrun"),
        (("bash", "python"), "bash"),
    ],
)
def test_only_python_itself_is_the_running_interpreter(argv: tuple[str, ...], first: str) -> None:
    assert only(plan(*argv)).argv == (first, *argv[1:])


def test_a_function_runs_in_this_interpreter_whatever_its_path() -> None:
    command = Command(argv=("python", "-m", "runner"), env={"PATH": "/other"})
    app = only(plan(command=command, returns_value=True))
    assert app.argv[0] == "/venv/bin/python"
    assert app.env["PATH"] == "/other"


def test_a_script_with_a_path_of_its_own_means_the_programs_there() -> None:
    command = Command(argv=("python", "x.py"), env={"PATH": "/other"})
    assert only(plan(command=command)).argv[0] == "python"


def test_the_program_behind_a_profiler_is_found_too() -> None:
    launcher = LauncherSettings(nsys_profile=True)
    prefix = ("nsys", *(launcher.get_nsys_prefix("/exp/job") or ()))
    app = only(plan(*prefix, "python", "python", launcher=launcher))
    assert app.argv == (*prefix, "/venv/bin/python", "python")


def test_only_functions_are_told_where_to_leave_results() -> None:
    names = {"NEMORUN_RESULT_FILE", "NEMORUN_PYTHONPATH"}
    assert not names & only(plan()).env.keys()
    app = only(plan(returns_value=True))
    assert app.env["NEMORUN_RESULT_FILE"] == f"{app.app_dir}/job/0/result.json"
    assert app.env["NEMORUN_PYTHONPATH"] == "/a:/b"


def test_unbuffered_output_is_a_default_only() -> None:
    site = replace(SITE, environ={"PYTHONUNBUFFERED": ""})
    assert "PYTHONUNBUFFERED" not in only(plan_unit(prepare(), site)).env
    assert only(plan()).env["PYTHONUNBUFFERED"] == "x"


def test_only_groups_end_together() -> None:
    assert [order["group"] for order in plan().orders] == [None]
    assert [order["group"] for order in plan(task_ids=("job-0", "job-1")).orders] == ["ab", "ab"]


def test_orders_are_what_the_supervisor_takes() -> None:
    (order,) = plan("bash", "x.sh", retries=2).orders
    assert order.keys() == {"app_id", "app_dir", "role", "argv", "env", "cwd", "retries", "group"}
    assert (order["argv"], order["retries"], order["cwd"]) == (("bash", "x.sh"), 2, "/code")
