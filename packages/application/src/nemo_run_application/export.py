"""Write an experiment as scripts that run by hand, without nemo_run's launcher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_application.services import Services
from nemo_run_domain.command import render_posix
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.graph import check_graph
from nemo_run_domain.layout import JobFile
from nemo_run_domain.secrets import is_secret

_HEADER = "#!/usr/bin/env bash\nset -euo pipefail\n"


@dataclass(frozen=True, slots=True)
class ExportExperiment:
    """Write every command, script and configuration of an experiment into a folder."""

    services: Services

    def __call__(self, experiment: Experiment, folder: str) -> list[str]:
        """Write the scripts; returns their paths inside ``folder``, ``run.sh`` first.

        Each task has ``<job>/<task>.sh``; ``run.sh`` runs all in the order of their
        dependencies and stops at the first failure. Secrets are left out: their variables must be
        set where the scripts run.

        Args:
            experiment: What to export.
            folder: Absolute; created where it is missing.

        Raises:
            StoreError: The folder cannot be written.
        """
        units = PrepareExperiment(self.services)(replace(experiment, directory=folder))
        scripts = {unit.unit.id: [_task_file(unit, task) for task in unit.tasks] for unit in units}
        order = [unit_id for level in check_graph(experiment.units) for unit_id in level]
        run = JobFile(path="run.sh", content=_run_all(order, scripts).encode(), executable=True)
        self.services.files.write(folder, [run, *(file for files in scripts.values() for file in files)])
        return [run.path, *(file.path for unit_id in order for file in scripts[unit_id])]


def _task_file(unit: PreparedUnit, task: PreparedTask) -> JobFile:
    env = task.command.env
    secrets = [name for name, value in env.items() if is_secret(name, value)]
    shown = replace(task.command, env={n: v for n, v in env.items() if n not in secrets})
    needed = "".join(f': "${{{name}:?set it before running this script}}"\n' for name in secrets)
    text = f"{_HEADER}# {unit.title}: job {unit.unit.id}, task {task.id}\n{needed}{render_posix(shown)}"
    return JobFile(path=f"{unit.unit.directory}/{task.id}.sh", content=text.encode(), executable=True)


def _run_all(order: Sequence[str], scripts: dict[str, list[JobFile]]) -> str:
    lines = [f'"$here"/{_quoted(file.path)}' for unit_id in order for file in scripts[unit_id]]
    return _HEADER + 'here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)\n' + "\n".join(lines) + "\n"


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"
