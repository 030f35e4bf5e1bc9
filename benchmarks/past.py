"""A home with a long past, for the cases that look back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from subject import CaseFailedError, Room

EXPERIMENTS = 1_000
JOBS = 50_000
TITLE = "finish"
REGISTRY = ".local_jobs.json"
"""``{app id: [state name, app id, log folder, [role names]]}``, one file for all local jobs."""


def fill(room: Room) -> None:
    """Run one real experiment, then multiply its folder, its job folders and its entry in the registry."""
    room.run(room.subject.case("finish"))
    real = Path(experiment(room))
    for i in range(EXPERIMENTS - 1):
        _copy(real, real.with_name(f"{TITLE}_{1_600_000_000_000_000_000 + i}"))
    _fill_registry(room.home / REGISTRY)


def experiment(room: Room) -> str:
    """Return the folder of the real experiment: the newest one."""
    folders = sorted((room.home / "experiments" / TITLE).iterdir(), key=lambda folder: folder.name)
    if not folders:
        raise CaseFailedError("the experiment left no folder")
    return str(folders[-1])


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, target)
    for i in range(JOBS // EXPERIMENTS):
        (target / f"t{i}").mkdir(mode=0o700)


def _fill_registry(path: Path) -> None:
    jobs = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for i in range(JOBS - len(jobs)):
        app_id = f"t-{i:013d}"
        jobs[app_id] = ["SUCCEEDED", app_id, f"/gone/experiments/old/old_{i}/t/nemo_run/{app_id}", ["t"]]
    path.write_text(json.dumps(jobs), encoding="utf-8")
    path.chmod(0o600)
