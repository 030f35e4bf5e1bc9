"""Parameters in the published order; what we add comes behind them."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

Parameters = list[tuple[str, Any]]
NEEDED = inspect.Parameter.empty

TABLE: dict[str, Parameters] = {
    "nemo_run.run.api:run": [
        ("fn_or_script", NEEDED),
        ("executor", None),
        ("plugins", None),
        ("name", ""),
        ("dryrun", False),
        ("direct", False),
        ("detach", False),
        ("tail_logs", True),
        ("log_level", "INFO"),
    ],
    "nemo_run.run.experiment:Experiment": [
        ("title", NEEDED),
        ("executor", None),
        ("id", None),
        ("log_level", "INFO"),
        ("_reconstruct", False),
        ("jobs", None),
        ("base_dir", None),
        ("clean_mode", False),
        ("enable_goodbye_message", True),
        ("threadpool_workers", 16),
        ("skip_status_at_exit", False),
        ("serialize_metadata_for_scripts", True),
    ],
    "nemo_run.run.experiment:Experiment.add": [
        ("self", NEEDED),
        ("task", NEEDED),
        ("executor", None),
        ("name", ""),
        ("plugins", None),
        ("tail_logs", False),
        ("dependencies", None),
    ],
    "nemo_run.run.experiment:Experiment.run": [
        ("self", NEEDED),
        ("sequential", False),
        ("detach", False),
        ("tail_logs", False),
        ("direct", False),
    ],
    "nemo_run.run.experiment:Experiment.dryrun": [
        ("self", NEEDED),
        ("log", True),
        ("exist_ok", False),
        ("delete_exp_dir", True),
    ],
    "nemo_run.run.experiment:Experiment.status": [("self", NEEDED), ("return_dict", False)],
    "nemo_run.run.experiment:Experiment.logs": [("self", NEEDED), ("job_id", NEEDED), ("regex", None)],
    "nemo_run.run.experiment:Experiment.reset": [("self", NEEDED)],
    "nemo_run.run.experiment:Experiment.catalog": [("title", "")],
    "nemo_run.run.experiment:Experiment.from_id": [("id", NEEDED)],
    "nemo_run.run.experiment:Experiment.from_title": [("title", NEEDED)],
    "nemo_run.run.experiment:Experiment._wait_for_jobs": [("self", NEEDED), ("jobs", NEEDED)],
    "nemo_run.run.task:direct_run_fn": [("task", NEEDED), ("dryrun", False)],
    "nemo_run.run.task:dryrun_fn": [("configured_task", NEEDED), ("executor", None), ("build", False)],
    "nemo_run.core.execution.base:import_executor": [
        ("name", NEEDED),
        ("file_path", None),
        ("call", True),
        ("kwargs", NEEDED),
    ],
    "nemo_run.core.execution.base:Executor.assign": [
        ("self", NEEDED),
        ("exp_id", NEEDED),
        ("exp_dir", NEEDED),
        ("task_id", NEEDED),
        ("task_dir", NEEDED),
    ],
    "nemo_run.run.plugin:ExperimentPlugin.setup": [
        ("self", NEEDED),
        ("task", NEEDED),
        ("executor", NEEDED),
    ],
    "nemo_run.run.plugin:ExperimentPlugin.assign": [("self", NEEDED), ("experiment_id", NEEDED)],
}


def parameters_of(path: str) -> list[inspect.Parameter]:
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return list(inspect.signature(found).parameters.values())


@pytest.mark.parametrize("path", TABLE)
def test_parameters_come_in_the_published_order(path: str) -> None:
    found = parameters_of(path)
    assert [(p.name, p.default) for p in found[: len(TABLE[path])]] == TABLE[path]


@pytest.mark.parametrize("path", TABLE)
def test_what_is_added_is_optional(path: str) -> None:
    added = parameters_of(path)[len(TABLE[path]) :]
    assert [p.name for p in added if p.default is NEEDED] == []


def test_cancel_takes_a_job_or_none() -> None:
    names = [p.name for p in parameters_of("nemo_run.run.experiment:Experiment.cancel")]
    assert names[:2] == ["self", "job_id"]


def test_only_these_keywords_are_ours() -> None:
    added = {path: [p.name for p in parameters_of(path)[len(known) :]] for path, known in TABLE.items()}
    assert {path.rpartition(":")[2]: names for path, names in added.items() if names} == {
        "run": ["raise_on_failure"],
        "Experiment": ["raise_on_failure"],
        "Experiment.add": ["dependency_type"],
        "Experiment.run": ["dependency_type"],
        "Experiment.logs": ["follow"],
        "Experiment.catalog": ["base_dir"],
        "Experiment.from_id": ["base_dir"],
        "Experiment.from_title": ["base_dir"],
    }
