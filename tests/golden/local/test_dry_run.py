"""What local plans show, compared whole; ``NEMORUN_UPDATE_GOLDEN=1`` writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nemo_run_adapters.local.plugin import backend
from nemo_run_adapters.local.request import Site, plan_unit
from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_application.prepare import prepare_task
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.launcher import FaultToleranceSettings, LauncherSettings, TorchrunSettings
from nemo_run_domain.packaging import PackagerSettings
from nemo_run_domain.secrets import Secret
from nemo_run_domain.task import CallableTask, ScriptTask, Task
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask

HERE = Path(__file__).parent
TOKEN = "0123456789abcdef"
SITE = Site(
    programs={"python": "/venv/bin/python", "torchrun": "/venv/bin/torchrun"},
    cwd="/code",
    import_path=("/code", "/venv/lib/python3.11/site-packages"),
    environ={},
)
PARTIAL = CallableTask(target="training:train", payload="...")
TRAIN = ScriptTask(path="train.py", entrypoint="python", args=("--lr", "3e-4", "a b", "$HOME"))


def member(
    task: Task,
    name: str = "job",
    settings: LocalSettings | None = None,
    launcher: LauncherSettings | None = None,
) -> UnitTask:
    settings = settings or LocalSettings()
    return UnitTask(
        id=name,
        task=task,
        executor=settings,
        launcher=launcher or LauncherSettings(),
        topology=Topology(nodes=settings.nodes, procs_per_node=settings.ntasks_per_node),
    )


CASES: dict[str, Callable[[], list[UnitTask]]] = {
    "script_path": lambda: [member(ScriptTask(path="run.sh", args=("a b", "${app_id}", "$$PID", "it's")))],
    "script_inline": lambda: [member(ScriptTask(inline="echo 1"))],
    "script_module": lambda: [
        member(ScriptTask(path="pkg.mod", entrypoint="python", module=True, args=("x",)))
    ],
    "script_other_entrypoint": lambda: [member(ScriptTask(path="run.R", entrypoint="Rscript"))],
    "script_own_path": lambda: [
        member(TRAIN, settings=LocalSettings(env_vars={"PATH": "/other/venv/bin:/usr/bin"}))
    ],
    "partial": lambda: [member(PARTIAL)],
    "partial_torchrun": lambda: [
        member(PARTIAL, settings=LocalSettings(ntasks_per_node=4), launcher=TorchrunSettings())
    ],
    "torchrun_nodes": lambda: [
        member(
            TRAIN,
            settings=LocalSettings(nodes=4, ntasks_per_node=8, packager=PackagerSettings(debug=True)),
            launcher=TorchrunSettings(),
        )
    ],
    "fault_tolerance": lambda: [
        member(ScriptTask(inline="echo 1"), launcher=FaultToleranceSettings(rdzv_id=7))
    ],
    "nsys": lambda: [member(TRAIN, launcher=LauncherSettings(nsys_profile=True))],
    "nsys_torchrun": lambda: [member(TRAIN, launcher=TorchrunSettings(nsys_profile=True, rdzv_id=1))],
    "retries": lambda: [member(TRAIN, settings=LocalSettings(retries=3))],
    "environment": lambda: [
        member(
            ScriptTask(path="run.sh", env={"A": "of the script"}, args=("--key", Secret("hidden"))),
            settings=LocalSettings(
                env_vars={
                    "A": "of the executor",
                    "HF_TOKEN": "hidden",
                    "KIND": Secret("hidden"),
                    "HOST": "${HOSTNAME}",
                    "LINES": "one\ntwo",
                    "PYTHONUNBUFFERED": "",
                    "TORCHELASTIC_ERROR_FILE": "/elsewhere/error.json",
                }
            ),
        )
    ],
    "group": lambda: [
        member(ScriptTask(path="server.sh"), "pair-0"),
        member(TRAIN, "pair-1", launcher=TorchrunSettings(rdzv_id=3)),
    ],
}


def render(members: list[UnitTask]) -> str:
    environ = {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "1234", "SLURM_NODEID": "3"}
    folder = "/home/me/.nemo_run/experiments/title/title_1/job"
    unit = PreparedUnit(
        unit=ExecutionUnit(id="job", tasks=tuple(members)),
        experiment_id="title_1",
        title="title",
        job_dir=folder,
        token=TOKEN,
        tasks=tuple(prepare_task(task, backend, folder, TOKEN, environ) for task in members),
    )
    return f"{plan_unit(unit, SITE)}\n"


@pytest.mark.parametrize("case", CASES)
def test_the_dry_run_is_as_recorded(case: str) -> None:
    path = HERE / f"{case}.txt"
    text = render(CASES[case]())
    if os.environ.get("NEMORUN_UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()
    assert "hidden" not in text


def test_every_recorded_file_has_a_case() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == CASES.keys()
