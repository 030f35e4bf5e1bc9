"""Executor settings: where and how to run, edited by users, data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nemo_run_domain.packaging import PackagerSettings


def _no_env() -> dict[str, str]:
    return {}


@dataclass(kw_only=True)
class ExecutorSettings:
    """What every executor has; each backend adds its own fields.

    Attributes:
        packager: Which files travel.
        launcher: Program put around the command, its short name, or None.
        env_vars: Environment of the task.
        retries: How often a failed task is started again.
        experiment_id: Set when the executor is assigned to a job.
        job_dir: Folder of the job on the submitting machine; set when assigned.
        experiment_dir: Folder of the experiment; set when assigned.
    """

    packager: Any = field(default_factory=PackagerSettings)
    launcher: Any = None
    env_vars: dict[str, str] = field(default_factory=_no_env, repr=False)  # it may hold secrets
    retries: int = 0
    experiment_id: str | None = None
    job_dir: str = ""
    experiment_dir: str = field(init=False, default="")
    _launcher_setup: bool = field(init=False, default=False, repr=False)
