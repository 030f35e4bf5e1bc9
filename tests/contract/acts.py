"""What the jobs of the suites do, said so that every backend can do it."""

from __future__ import annotations

import secrets
import shlex
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from nemo_run_application.ports.scheduler import Scheduler
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_domain.command import Command
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobHandle, JobStatus
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask

DEADLINE = 60.0
"""Seconds after which a suite gives up; nothing waits for it when all is well."""

FINE_PAUSE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One task of a unit.

    Attributes:
        prints: Text on its standard output.
        exit_code: What it ends with.
        stays: It goes on until it is cancelled.
        refused: The backend cannot start it and knows before.
        fail_times: How many attempts fail first.
        retries: How many more attempts it has.
        env: Environment of the task.
        marks: Each start leaves an ``x`` in the file ``starts`` of the job folder, on a backend
            with real processes.
    """

    prints: str = ""
    exit_code: int = 0
    stays: bool = False
    refused: bool = False
    fail_times: int = 0
    retries: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    marks: bool = False

    def argv(self, folder: Path) -> tuple[str, ...]:
        """Return the command that does it on a backend with real processes."""
        if self.refused:
            return ("/no/such/program",)
        return ("bash", "-c", self.script(folder))

    def script(self, folder: Path) -> str:
        """Return the text of a shell script that does it; ``folder`` keeps count of attempts."""
        count = shlex.quote(str(folder / "attempts"))
        lines = [f"printf %s {shlex.quote(self.prints)}"] if self.prints else []
        if self.marks:
            lines.append(f"printf x >> {shlex.quote(str(folder / 'starts'))}")
        if self.fail_times:
            lines += [f"printf x >> {count}", f'[ "$(wc -c < {count})" -gt {self.fail_times} ] || exit 1']
        lines.append("exec sleep 3600" if self.stays else f"exit {self.exit_code}")
        return "\n".join(lines)


class MakeUnit(Protocol):
    """Prepares a unit of one or more acts for the backend under test."""

    def __call__(self, *acts: Act, name: str = "job", token: str = "") -> PreparedUnit: ...


def prepared_unit(
    folder: Path,
    members: Sequence[tuple[ExecutorSettings, Act]],
    *,
    name: str = "job",
    token: str = "",
    returns_value: bool = False,
) -> PreparedUnit:
    """Prepare a unit whose job folder, inside ``folder``, exists."""
    job_dir = folder / name
    job_dir.mkdir(parents=True, exist_ok=True)
    ids = [name] if len(members) == 1 else [f"{name}-{number}" for number in range(len(members))]
    tasks = [_unit_task(i, settings, act, job_dir) for i, (settings, act) in zip(ids, members, strict=True)]
    prepared = [
        _prepared(task, act, job_dir, returns_value) for task, (_, act) in zip(tasks, members, strict=True)
    ]
    return PreparedUnit(
        unit=ExecutionUnit(id=name, tasks=tuple(tasks)),
        experiment_id=f"contract_{token or 1}",
        title="contract",
        job_dir=str(job_dir),
        token=token or secrets.token_hex(8),
        tasks=tuple(prepared),
    )


def _unit_task(task_id: str, settings: ExecutorSettings, act: Act, job_dir: Path) -> UnitTask:
    settings.job_dir = str(job_dir)
    settings.experiment_dir = str(job_dir.parent)
    return UnitTask(id=task_id, task=ScriptTask(inline=act.script(job_dir)), executor=settings)


def _prepared(task: UnitTask, act: Act, job_dir: Path, returns_value: bool) -> PreparedTask:
    return PreparedTask(
        id=task.id,
        command=Command(argv=act.argv(job_dir), env=act.env),
        files=(),
        retries=act.retries,
        launcher=LauncherSettings(),
        topology=Topology(),
        returns_value=returns_value,
    )


def until(condition: Callable[[], Any], *, what: str, deadline: float = DEADLINE) -> Any:
    """Return what ``condition`` gives as soon as it is true."""
    end = monotonic() + deadline
    nothing = threading.Event()
    while not (value := condition()):
        assert monotonic() < end, f"gave up waiting for {what}"
        nothing.wait(FINE_PAUSE)
    return value


def wait_until_final(scheduler: Scheduler[Any], handles: Collection[JobHandle]) -> dict[JobHandle, JobStatus]:
    """Return the statuses once all of them are final."""

    def final() -> dict[JobHandle, JobStatus] | None:
        statuses = dict(scheduler.poll(handles))
        return statuses if all(status.is_final for status in statuses.values()) else None

    return until(final, what=f"the end of {sorted(handles)}")
