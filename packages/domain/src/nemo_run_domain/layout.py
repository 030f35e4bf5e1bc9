"""Where things stand inside the home folder and inside a job folder. Names only, no IO."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

CONFIG_FILE = "_CONFIG"
VERSION_FILE = "_VERSION"
TASKS_FILE = "_TASKS"
TUNNELS_FILE = "_TUNNELS"
DONE_FILE = "_DONE"
MAIN_FILE = "__main__.py"
JOURNAL_FILE = "_JOURNAL"

EXPERIMENTS = "experiments"
RUN_FOLDER = "/nemo_run"
"""Where containers see the job folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """A file to be written into a job folder.

    Attributes:
        path: Relative to the job folder, with ``/``.
        content: What it holds.
        executable: Whether it may be run.
    """

    path: str
    content: bytes
    executable: bool = False


def experiment_dir(home: str, title: str, experiment_id: str) -> str:
    """Return ``<home>/experiments/<title>/<id>``."""
    return posixpath.join(home, EXPERIMENTS, title, experiment_id)


def payload_path(task_id: str) -> str:
    """Return the serialised task of a ``Partial``, relative to the job folder."""
    return f"configs/{task_id}_fn_or_script"


def side_path(task_id: str, suffix: str) -> str:
    """Return a file beside the serialised task, relative to the job folder."""
    return f"configs/{task_id}_{suffix}"


def script_path(task_id: str) -> str:
    """Return the text of an inline script, relative to the job folder."""
    return f"scripts/{task_id}.sh"


def app_dir(job_dir: str, app_id: str) -> str:
    """Return the folder of one local application inside its job folder."""
    return posixpath.join(job_dir, "nemo_run", app_id)


def direct_log(task_id: str) -> str:
    """Return the log of a direct run, relative to the job folder."""
    return f"log_{task_id}_direct_run.out"
