"""Make units ready: commands and job folders, without asking any backend."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run_application.backends import Backend
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_application.services import Services
from nemo_run_domain.command import Command, check_env
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.launcher import (
    FaultToleranceSettings,
    Program,
    Rendezvous,
    TorchrunSettings,
    launched,
    with_launcher_env,
)
from nemo_run_domain.layout import JobFile, payload_path, script_path, side_path
from nemo_run_domain.task import CallableTask, ScriptTask
from nemo_run_domain.unit import ExecutionUnit, UnitTask

RUNNER_MODULE = "nemo_run.core.runners.fdl_runner"
"""What runs a configured function inside a task."""


@dataclass(frozen=True, slots=True)
class PrepareExperiment:
    """Lay out the job folders of an experiment and render its commands."""

    services: Services

    def __call__(self, experiment: Experiment, *, write: bool = True) -> list[PreparedUnit]:
        """Return the prepared units in order; with ``write`` their files are in the job folders.

        Raises:
            InvalidConfigError: A unit that cannot work; names it.
            StoreError: The job folders cannot be written.
        """
        prepared = [self._unit(experiment, unit) for unit in experiment.units]
        if write:
            for unit in prepared:
                self.services.files.write(unit.job_dir, [file for task in unit.tasks for file in task.files])
        return prepared

    def _unit(self, experiment: Experiment, unit: ExecutionUnit) -> PreparedUnit:
        job_dir = f"{experiment.directory}/{unit.directory}"
        backend = self.services.connections.backend(unit.executor)
        token = os.urandom(8).hex()
        tasks = [prepare_task(task, backend, job_dir, token, self.services.environ) for task in unit.tasks]
        return PreparedUnit(
            unit=unit,
            experiment_id=experiment.id,
            title=experiment.title,
            job_dir=job_dir,
            token=token,
            tasks=tuple(tasks),
        )


def prepare_task(
    unit_task: UnitTask, backend: Backend, job_dir: str, token: str, environ: Mapping[str, str]
) -> PreparedTask:
    """Render the command of one task and the files it needs.

    Args:
        unit_task: What to run.
        backend: Where.
        job_dir: Job folder on this machine.
        token: Of the unit; decides the rendezvous id.
        environ: Environment of this process.

    Raises:
        InvalidConfigError: Something no process can receive; names the task.
    """
    folder = backend.job_folder or job_dir
    program = _program(unit_task, folder)
    launcher = unit_task.launcher
    meet = _meeting_point(unit_task, backend, token, environ)
    argv = launched(program, launcher, unit_task.topology, meet, folder)
    command = Command(argv=argv, env=_environment(unit_task))
    debug = bool(getattr(unit_task.executor.packager, "debug", False))
    return PreparedTask(
        id=unit_task.id,
        command=with_launcher_env(command, launcher, log_level=environ.get("LOGLEVEL", "INFO"), debug=debug),
        files=tuple(_files(unit_task)),
        retries=_retries(unit_task),
        launcher=launcher,
        topology=unit_task.topology,
        returns_value=isinstance(unit_task.task, CallableTask),
    )


def _meeting_point(
    unit_task: UnitTask, backend: Backend, token: str, environ: Mapping[str, str]
) -> Rendezvous | None:
    if not isinstance(unit_task.launcher, (TorchrunSettings, FaultToleranceSettings)):
        return None
    return backend.rendezvous(unit_task.launcher, unit_task.topology, str(int(token, 16)), environ)


def _program(unit_task: UnitTask, folder: str) -> Program:
    task = unit_task.task
    if isinstance(task, CallableTask):
        args = ("-n", unit_task.id, f"{folder}/{payload_path(unit_task.id)}")
        return Program(interpreter="python", path=RUNNER_MODULE, args=args, module=True)
    path = f"{folder}/{script_path(unit_task.id)}" if task.inline else task.path
    module = task.module and not task.inline
    return Program(interpreter=task.entrypoint, path=path, args=task.args, module=module)


def _environment(unit_task: UnitTask) -> dict[str, str]:
    env = check_env(unit_task.executor.env_vars, owner=f"executor of {unit_task.id!r}")
    if isinstance(unit_task.task, ScriptTask):
        env |= check_env(unit_task.task.env, owner=f"script {unit_task.id!r}")
    return env


def _retries(unit_task: UnitTask) -> int:
    retries: Any = unit_task.executor.retries
    if not isinstance(retries, int) or retries < 0:
        raise InvalidConfigError(
            f"{unit_task.id!r}: retries must be a whole number of at least 0, not {retries!r}"
        )
    return retries


def _files(unit_task: UnitTask) -> Iterable[JobFile]:
    task = unit_task.task
    if isinstance(task, CallableTask):
        yield JobFile(path=payload_path(unit_task.id), content=task.payload.encode())
        for suffix, content in task.side_files.items():
            yield JobFile(path=side_path(unit_task.id, suffix), content=content)
    elif task.inline:
        yield JobFile(path=script_path(unit_task.id), content=_script_text(task).encode(), executable=True)
    for suffix, content in unit_task.side_files.items():
        yield JobFile(path=side_path(unit_task.id, suffix), content=content)
    if unit_task.launcher.nsys_profile:
        yield JobFile(path=f"{unit_task.launcher.nsys_folder}/.keep", content=b"")


def _script_text(task: ScriptTask) -> str:
    if task.entrypoint == "bash":
        return f"#!/usr/bin/bash\n{task.inline}"
    split = "-S " if len(task.entrypoint.split()) > 1 else ""  # env takes the rest as one word otherwise
    return f"#!/usr/bin/env {split}{task.entrypoint}\n{task.inline}"
