"""Write an experiment as scripts that run by hand, without nemo_run's launcher."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_application.services import Services
from nemo_run_domain.command import render_posix
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.graph import check_graph
from nemo_run_domain.layout import JobFile
from nemo_run_domain.secrets import is_secret

_HEADER = "#!/usr/bin/env bash\nset -euo pipefail\n"
_END_GROUP = """\
status=0; wait -n "${members[@]}" || status=$?
for member in "${members[@]}"; do kill -- "-$member" 2>/dev/null || true; done
wait "${members[@]}" 2>/dev/null || true
set +m; [ "$status" = 0 ] || exit "$status"
"""


@dataclass(frozen=True, slots=True)
class ExportExperiment:
    """Write every command, script and configuration of an experiment into a folder.

    Attributes:
        services: Ports.
        programs: Folder whose programs, such as ``python``, the scripts find first.
        environ: What the scripts set before anything else.
    """

    services: Services
    programs: str = ""
    environ: Mapping[str, str] = field(default_factory=dict[str, str])

    def __call__(self, experiment: Experiment, folder: str) -> list[str]:
        """Write the scripts; returns their paths inside ``folder``, ``run.sh`` first.

        Each task has ``<job>/<task>.sh``; ``run.sh`` runs all in the order of their
        dependencies and stops at the first failure; the first member of a group to end ends the
        others. Secrets are left out: their variables must be set where the scripts run.

        Args:
            experiment: What to export.
            folder: Absolute; created where it is missing.

        Raises:
            StoreError: The folder cannot be written.
        """
        units = PrepareExperiment(self.services)(replace(experiment, directory=folder))
        scripts = {unit.unit.id: [self._task_file(unit, task) for task in unit.tasks] for unit in units}
        order = [unit_id for level in check_graph(experiment.units) for unit_id in level]
        run = JobFile(path="run.sh", content=_run_all(order, scripts).encode(), executable=True)
        self.services.files.write(folder, [run, *(file for files in scripts.values() for file in files)])
        return [run.path, *(file.path for unit_id in order for file in scripts[unit_id])]

    def _task_file(self, unit: PreparedUnit, task: PreparedTask) -> JobFile:
        env = {**self.environ, **task.command.env}
        secrets = [name for name, value in env.items() if is_secret(name, value)]
        shown = replace(task.command, env={n: v for n, v in env.items() if n not in secrets})
        needed = "".join(f': "${{{name}:?set it before running this script}}"\n' for name in secrets)
        found = f"export PATH={shlex.quote(self.programs)}:$PATH\n" if self.programs else ""
        title = f"# {unit.title}: job {unit.unit.id}, task {task.id}\n"
        text = f"{_HEADER}{title}{needed}{found}{render_posix(shown)}"
        return JobFile(path=f"{unit.unit.directory}/{task.id}.sh", content=text.encode(), executable=True)


def _run_all(order: Sequence[str], scripts: Mapping[str, Sequence[JobFile]]) -> str:
    parts = [_run_unit([f'"$here"/{shlex.quote(file.path)}' for file in scripts[i]]) for i in order]
    return _HEADER + 'here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)\n' + "".join(parts)


def _run_unit(commands: Sequence[str]) -> str:
    if len(commands) == 1:
        return f"{commands[0]}\n"
    started = "".join(f"{command} & members+=($!)\n" for command in commands)
    # With job control each member is a process group, which is ended as a whole.
    return f"set -m; members=()\n{started}{_END_GROUP}"
