"""Parameters in the published order; what we add comes behind them."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from nemo_run.api import default_autoconfig_buildable

Parameters = list[tuple[str, Any]]
NEEDED = inspect.Parameter.empty
FACTORY = "<factory>"

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
    "nemo_run.core.tunnel.server:TunnelMetadata": [
        ("user", NEEDED),
        ("hostname", NEEDED),
        ("port", NEEDED),
        ("workspace_name", NEEDED),
    ],
    "nemo_run.core.tunnel.server:TunnelMetadata.restore": [("path", NEEDED), ("tunnel", None)],
    "nemo_run.core.tunnel.server:launch": [
        ("path", NEEDED),
        ("workspace_name", NEEDED),
        ("verbose", False),
        ("hostname", None),
    ],
    "nemo_run.core.tunnel.server:server_dir": [("job_dir", NEEDED), ("name", NEEDED)],
    "nemo_run.devspace.base:DevSpace": [
        ("name", NEEDED),
        ("executor", NEEDED),
        ("cmd", "launch_devspace"),
        ("use_packager", False),
        ("env_vars", None),
        ("add_workspace_to_pythonpath", True),
    ],
    "nemo_run.devspace.base:DevSpace.connect": [("host", NEEDED), ("path", NEEDED)],
    "nemo_run.devspace.editor:launch_editor": [("tunnel", NEEDED), ("path", NEEDED)],
    "nemo_run.config:Config": [
        ("fn_or_cls", NEEDED),
        ("args", NEEDED),
        ("bind_args", True),
        ("kwargs", NEEDED),
    ],
    "nemo_run.config:Partial": [
        ("fn_or_cls", NEEDED),
        ("args", NEEDED),
        ("bind_args", True),
        ("kwargs", NEEDED),
    ],
    "nemo_run.config:Config.clone": [("self", NEEDED)],
    "nemo_run.config:Config.walk": [("self", NEEDED), ("kwargs", NEEDED)],
    "nemo_run.config:Config.broadcast": [("self", NEEDED), ("kwargs", NEEDED)],
    "nemo_run.config:Config.visualize": [("self", NEEDED), ("kwargs", NEEDED)],
    "nemo_run.config:Config.diff": [("self", NEEDED), ("old", NEEDED), ("trim", True), ("kwargs", NEEDED)],
    "nemo_run.config:Config.save_config_img": [("self", NEEDED), ("path_str", NEEDED)],
    "nemo_run.config:Config.__unflatten__": [("values", NEEDED), ("metadata", NEEDED)],
    "nemo_run.config:ConfigurableMixin.to_config": [("self", NEEDED)],
    "nemo_run.config:ConfigurableMixin.diff": [
        ("self", NEEDED),
        ("old", NEEDED),
        ("trim", True),
        ("kwargs", NEEDED),
    ],
    "nemo_run.config:ConfigurableMixin.visualize": [("self", NEEDED), ("kwargs", NEEDED)],
    "nemo_run.config:ConfigurableMixin.save_config_img": [("self", NEEDED), ("path_str", NEEDED)],
    "nemo_run.config:Script": [
        ("path", ""),
        ("inline", ""),
        ("args", FACTORY),
        ("env", FACTORY),
        ("entrypoint", "bash"),
        ("m", False),
        ("metadata", FACTORY),
    ],
    "nemo_run.config:Script.get_name": [("self", NEEDED)],
    "nemo_run.config:Script.to_command": [
        ("self", NEEDED),
        ("with_entrypoint", False),
        ("filename", None),
        ("is_local", False),
        ("substitute_rundir_path", None),
    ],
    "nemo_run.config:get_nemorun_home": [],
    "nemo_run.config:set_nemorun_home": [("path", NEEDED)],
    "nemo_run.config:get_type_namespace": [("typ", NEEDED)],
    "nemo_run.config:get_underlying_types": [("hint", NEEDED)],
    "nemo_run.config:from_dict": [("raw", NEEDED), ("cls", NEEDED)],
    "nemo_run.config:set_value": [("cfg", NEEDED), ("key", NEEDED), ("value", NEEDED)],
    "nemo_run.cli.lazy:lazy_imports": [("fallback_to_lazy", False)],
    "nemo_run.cli.lazy:LazyEntrypoint": [
        ("target", NEEDED),
        ("factory", None),
        ("yaml", None),
        ("overwrites", None),
    ],
    "nemo_run.cli.lazy:LazyEntrypoint.resolve": [("self", NEEDED), ("ctx", None)],
    "nemo_run.cli.lazy:LazyTarget": [("import_path", NEEDED), ("script", "")],
    "nemo_run.cli.lazy:import_module": [("qualname", NEEDED)],
    "nemo_run.cli.lazy:dictconfig_to_dot_list": [
        ("config", NEEDED),
        ("prefix", ""),
        ("resolve", True),
        ("has_factory", False),
        ("has_target", False),
    ],
    "nemo_run.cli.lazy:_load_entrypoint_from_script": [
        ("script_content", NEEDED),
        ("module_name", "__dynamic_module__"),
    ],
    "nemo_run.api:autoconvert": [
        ("fn", None),
        ("partial", False),
        ("to_buildable_fn", default_autoconfig_buildable),
    ],
    "nemo_run.api:default_autoconfig_buildable": [
        ("fn", NEEDED),
        ("cls", NEEDED),
        ("args", NEEDED),
        ("kwargs", NEEDED),
    ],
    "nemo_run.api:dryrun_fn": [("configured_fn", NEEDED), ("executor", None), ("build", False)],
    "nemo_run.core.frontend.console.api:CustomConfigRepr": [("obj", NEEDED)],
    "nemo_run.core.frontend.console.api:configure_logging": [("level", NEEDED)],
    "nemo_run.core.frontend.console.api:deconfigure_logging": [],
    "nemo_run.core.serialization.zlib_json:ZlibJSONSerializer.serialize": [
        ("self", NEEDED),
        ("cfg", NEEDED),
        ("pyref_policy", None),
    ],
    "nemo_run.core.serialization.zlib_json:ZlibJSONSerializer.deserialize": [
        ("self", NEEDED),
        ("serialized", NEEDED),
        ("pyref_policy", None),
    ],
    "nemo_run.core.runners.fdl_runner:fdl_direct_run": [
        ("fdl_dryrun", False),
        ("fdl_run_name", "run"),
        ("fdl_package_cfg", None),
        ("fdl_config", ""),
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


def default_of(parameter: inspect.Parameter) -> Any:
    return FACTORY if repr(parameter.default) == FACTORY else parameter.default


@pytest.mark.parametrize("path", TABLE)
def test_parameters_come_in_the_published_order(path: str) -> None:
    found = parameters_of(path)
    assert [(p.name, default_of(p)) for p in found[: len(TABLE[path])]] == TABLE[path]


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
        "launch": ["files", "on_ready"],
    }
