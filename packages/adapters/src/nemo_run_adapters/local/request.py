"""Prepared units -> what the supervisor is asked to start. Pure."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run_adapters.local.supervisor.files import ERROR_FILE, RESULT_FILE
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.layout import app_dir
from nemo_run_domain.names import app_id
from nemo_run_domain.secrets import MASK, Secret, masked

RESULT_VARIABLE = "NEMORUN_RESULT_FILE"
IMPORT_PATH_VARIABLE = "NEMORUN_PYTHONPATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What tasks get from the process that submits them.

    Attributes:
        programs: Programs that are not looked up on the ``PATH``: name -> path. ``python`` is the
            running interpreter, so that a task sees the packages that this process sees.
        cwd: Working directory.
        import_path: Where this process finds its modules.
        environ: Its environment.
    """

    programs: Mapping[str, str]
    cwd: str
    import_path: tuple[str, ...]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalApp:
    """One process of a plan.

    Attributes:
        app_id: Native id; follows from the token, so that two submissions of a plan are one.
        app_dir: Folder with its records and logs.
        role: Name of the task.
        argv: Program and arguments.
        env: On top of the environment of this process.
        cwd: Working directory.
        retries: How often it is started again after a failure.
    """

    app_id: str
    app_dir: str
    role: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    retries: int

    def order(self, group: str | None) -> dict[str, Any]:
        """Return the message for the supervisor; apps with the same ``group`` end together."""
        order = {
            name: getattr(self, name) for name in ("app_id", "app_dir", "role", "argv", "cwd", "retries")
        }
        return {**order, "env": dict(self.env), "group": group}

    def __str__(self) -> str:
        return "\n".join(_render(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPlan:
    """What is started for one unit.

    Attributes:
        unit_id: Unit it is for.
        token: Of the submission.
        apps: One per task, in launch order.
    """

    unit_id: str
    token: str
    apps: tuple[LocalApp, ...]

    @property
    def planned(self) -> tuple[str, ...]:
        """Native ids the jobs will have."""
        return tuple(app.app_id for app in self.apps)

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The messages for the supervisor."""
        group = self.token if len(self.apps) > 1 else None
        return [app.order(group) for app in self.apps]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.apps))


def plan_unit(unit: PreparedUnit, site: Site) -> LocalPlan:
    """Return what would be started.

    Raises:
        InvalidConfigError: A task whose id cannot be the name of a folder; names it.
    """
    apps = tuple(_plan_task(task, unit, site) for task in unit.tasks)
    return LocalPlan(unit_id=unit.unit.id, token=unit.token, apps=apps)


def replica_dir(folder: str, role: str, replica: int = 0) -> str:
    """Return where one replica of an app keeps its logs and its result."""
    return f"{folder}/{role}/{replica}"


def _plan_task(task: PreparedTask, unit: PreparedUnit, site: Site) -> LocalApp:
    if "/" in task.id or task.id in ("", ".", ".."):
        raise InvalidConfigError(f"task {task.id!r} of job {unit.unit.id!r} cannot be the name of a folder")
    native_id = app_id(task.id, _random_bits(unit.token, task.id))
    folder = app_dir(unit.job_dir, native_id)
    return LocalApp(
        app_id=native_id,
        app_dir=folder,
        role=task.id,
        argv=_find_programs(task, site),
        env=_build_env(task, folder, site),
        cwd=site.cwd,
        retries=task.retries,
    )


def _random_bits(token: str, task_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{token}/{task_id}".encode()).digest()[:8], "big")


def _find_programs(task: PreparedTask, site: Site) -> tuple[str, ...]:
    """Return the command with the path of the program that a profiler, if any, starts."""
    words = task.command.argv
    # A script with a PATH of its own means the programs that are there.
    if "PATH" in task.command.env and not task.returns_value:
        return words
    at = _count_profiler_words(task.launcher)
    return (*words[:at], site.programs.get(words[at], words[at]), *words[at + 1 :])


def _count_profiler_words(launcher: LauncherSettings) -> int:
    prefix = launcher.get_nsys_prefix("")
    return 0 if prefix is None else 1 + len(prefix)


def _build_env(task: PreparedTask, folder: str, site: Site) -> dict[str, str]:
    """Return the variables of a task; those of the user win over all but ours."""
    place = replica_dir(folder, task.id)
    defaults = {
        "TORCHX_RANK0_HOST": "localhost",
        "TORCHELASTIC_ERROR_FILE": f"{place}/{ERROR_FILE}",
        "PET_LOG_DIR": f"{folder}/torchelastic/{task.id}",
    }
    if "PYTHONUNBUFFERED" not in site.environ:
        defaults["PYTHONUNBUFFERED"] = "x"
    ours: dict[str, str] = {}
    if task.returns_value:
        ours[RESULT_VARIABLE] = f"{place}/{RESULT_FILE}"
        ours[IMPORT_PATH_VARIABLE] = os.pathsep.join(site.import_path)
    return {**defaults, **task.command.env, **ours}


def _render(app: LocalApp) -> Iterator[str]:
    yield app.app_id
    yield f"  command: {shlex.join(MASK if isinstance(word, Secret) else word for word in app.argv)}"
    yield f"  working directory: {app.cwd}"
    yield f"  logs: {replica_dir(app.app_dir, app.role)}"
    if app.retries:
        yield f"  retries: {app.retries}"
    yield "  environment:"
    for name, value in masked(app.env).items():
        yield f"    {name}={value if value == MASK else shlex.quote(value)}"
