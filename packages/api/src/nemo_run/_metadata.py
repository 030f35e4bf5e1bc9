"""Metadata files of an experiment, in the form the reference reads and writes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run.config import Script
from nemo_run.package_info import __version__
from nemo_run.run.job import Job, JobGroup
from nemo_run.run.plugin import ExperimentPlugin
from nemo_run_adapters.codec import AllowList, encode, load
from nemo_run_application.backends import BackendRegistry
from nemo_run_domain.errors import StoreError, UntrustedFileError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobState
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.packaging import PackagerSettings

EXTRA_FILE = "_EXTRA"
"""JSON object with what the reference's files have no place for."""

_STATE = "torchx.specs.api:AppState"
_EXPERIMENT = "nemo_run.run.experiment:Experiment"
_TRUSTED_BASES = (ExecutorSettings, LauncherSettings, PackagerSettings, ExperimentPlugin, Script)


@dataclass(kw_only=True)
class SavedExperiment:
    """Constructor arguments of an experiment, as ``_CONFIG`` holds them."""

    title: str
    id: str | None = None
    executor: Any = None
    log_level: str = "INFO"
    clean_mode: bool = False
    threadpool_workers: int = 16
    enable_goodbye_message: bool = True
    skip_status_at_exit: bool = False
    serialize_metadata_for_scripts: bool = True


ALIASES: dict[str, Any] = {_STATE: JobState, _EXPERIMENT: SavedExperiment}


def config_files(saved: SavedExperiment) -> dict[str, bytes]:
    """Return ``_CONFIG`` and ``_VERSION``."""
    config = encode(saved, aliases=ALIASES)
    return {"_CONFIG": config.encode(), "_VERSION": f"{__version__}\n".encode()}


def allowed(registry: BackendRegistry) -> AllowList:
    """Return what saved files may name: our classes, installed backends' settings, and loaded subclasses."""
    names = {f"{b.settings.__module__}:{b.settings.__qualname__}" for b in registry.known().values()}
    return _AllowLoaded(names=frozenset(names), aliases=ALIASES)


@dataclass(frozen=True)
class _AllowLoaded(AllowList):
    """Also follows references to executors, plugins and the like that this program has imported itself."""

    def resolve(self, module: str, name: str) -> Any:
        try:
            return super().resolve(module, name)
        except UntrustedFileError:
            found: Any = sys.modules.get(module)
            for part in name.split("."):
                found = getattr(found, part, None)
            if isinstance(found, type) and issubclass(found, _TRUSTED_BASES):
                return found
            raise


def load_config(text: bytes, registry: BackendRegistry, path: str) -> SavedExperiment:
    """Read ``_CONFIG``.

    Raises:
        StoreError: The file is damaged or empty; names it.
        UntrustedFileError: It names something that must not be loaded.
    """
    if not text.strip():
        raise EmptyFileError(f"{path} is empty")
    return _loaded(text.decode("ascii", "replace"), registry, path, SavedExperiment)


class EmptyFileError(StoreError, ValueError):
    """A metadata file has no content."""


def load_jobs(text: bytes, registry: BackendRegistry, path: str) -> list[Job | JobGroup]:
    """Read ``_TASKS``; tasks stay texts until somebody needs them.

    Raises:
        StoreError: The file is damaged; names it.
        UntrustedFileError: It names something that must not be loaded.
    """
    try:
        pairs = json.loads(text)
        jobs = [(str(job), str(task)) for job, task in pairs]
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is damaged: {error}") from error
    return [_load_job(job, task, registry, path) for job, task in jobs]


def _load_job(job_text: str, task_text: str, registry: BackendRegistry, path: str) -> Job | JobGroup:
    job = _loaded(job_text, registry, path, (Job, JobGroup))
    if isinstance(job, JobGroup):
        job.tasks = [task_text] * len(job.tasks)
    else:
        job.task = task_text
    job.dependencies = list(job.dependencies or [])
    return job


def _loaded(text: str, registry: BackendRegistry, path: str, expected: Any) -> Any:
    try:
        found = load(text, allow=allowed(registry))
    except UntrustedFileError as error:
        raise UntrustedFileError(f"{path}: {error}") from error
    except StoreError as error:
        raise StoreError(f"{path} is damaged: {error}") from error
    if not isinstance(found, expected):
        raise StoreError(f"{path} is damaged: it holds {type(found).__name__!r}")
    return found


def main_source() -> dict[str, bytes]:
    """Return the text of the launching script, where there is one."""
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    try:
        if not path or not path.endswith(".py"):
            return {}
        with open(path, "rb") as file:
            return {"__main__.py": file.read()}
    except OSError:
        return {}


def extra_file(base_dir: str | None, jobs: Sequence[Job | JobGroup], dependency_type: str | None) -> bytes:
    """Return ``_EXTRA``.

    Args:
        base_dir: Stands instead of the home folder.
        jobs: In order.
        dependency_type: Of the run, for jobs that have none of their own.
    """
    types = {job.id: kind for job in jobs if (kind := job.dependency_type or dependency_type)}
    found = [os.path.abspath(entry) for entry in sys.path]
    return json.dumps({"base_dir": base_dir, "dependency_types": types, "import_path": found}).encode()


def import_path(content: bytes | None) -> list[str]:
    """Return where the program that wrote ``_EXTRA`` found its modules; none if it does not say."""
    try:
        found = json.loads(content or b"{}").get("import_path", [])
    except (ValueError, AttributeError):
        return []
    return [entry for entry in found if isinstance(entry, str)] if isinstance(found, list) else []


def apply_extra(content: bytes | None, jobs: Sequence[Job | JobGroup]) -> None:
    """Put what ``_EXTRA`` knows into the jobs; a missing or damaged file knows nothing."""
    try:
        types = json.loads(content or b"{}").get("dependency_types", {})
    except (ValueError, AttributeError):
        return
    for job in jobs:
        job.dependency_type = types.get(job.id)
