"""Import paths that programs use lead to one and the same object."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import types
from typing import Any
from unittest import mock

import pytest

import nemo_run

PATHS = {
    "AUTOBUILD_CLASSES": ["nemo_run.api"],
    "AutoConfigProtocol": ["nemo_run.api"],
    "BOX_STYLE": ["nemo_run.core.frontend.console.styles"],
    "CONSOLE": ["nemo_run.core.frontend.console.api"],
    "Config": ["nemo_run", "nemo_run.config"],
    "ConfigT": ["nemo_run.config"],
    "ConfigurableMixin": ["nemo_run", "nemo_run.config"],
    "CustomConfigRepr": ["nemo_run.core.frontend.console.api"],
    "DEFAULT_NAME": ["nemo_run.api"],
    "DevSpace": ["nemo_run", "nemo_run.devspace", "nemo_run.devspace.base"],
    "Executor": ["nemo_run", "nemo_run.core.execution.base"],
    "ExecutorMacros": ["nemo_run", "nemo_run.core.execution.base"],
    "Experiment": ["nemo_run", "nemo_run.run.experiment"],
    "ExperimentPlugin": ["nemo_run.run.plugin"],
    "FaultTolerance": ["nemo_run", "nemo_run.core.execution.launcher", "nemo_run.core.execution.base"],
    "Job": ["nemo_run.run.job", "nemo_run.run.experiment"],
    "JobGroup": ["nemo_run.run.job", "nemo_run.run.experiment"],
    "Jobs": ["nemo_run.run.experiment"],
    "LAUNCHER_MAP": ["nemo_run.core.execution.launcher"],
    "Launcher": ["nemo_run.core.execution.launcher"],
    "LazyEntrypoint": ["nemo_run", "nemo_run.cli.lazy", "nemo_run.lazy"],
    "LazyModule": ["nemo_run.cli.lazy", "nemo_run.lazy"],
    "LazyTarget": ["nemo_run.cli.lazy", "nemo_run.lazy"],
    "LocalExecutor": ["nemo_run", "nemo_run.core.execution.local", "nemo_run.core.execution"],
    "LogSupportedExecutor": ["nemo_run.core.execution.base"],
    "NEMORUN_HOME": ["nemo_run.config"],
    "OptionalDefaultConfig": ["nemo_run.config"],
    "OptionalDefaultPartial": ["nemo_run.config"],
    "Packager": ["nemo_run", "nemo_run.core.packaging.base", "nemo_run.core.packaging"],
    "Partial": ["nemo_run", "nemo_run.config"],
    "PersistentSacctFailure": ["nemo_run.exceptions"],
    "RECURSIVE_TYPES": ["nemo_run.config", "nemo_run.help"],
    "ROOT_TASK_FACTORY_NAMESPACE": ["nemo_run.api"],
    "ROOT_TASK_NAMESPACE": ["nemo_run.api"],
    "ROOT_TYPER_NAMESPACE": ["nemo_run.api"],
    "RUNDIR_NAME": ["nemo_run.config"],
    "RUNDIR_SPECIAL_NAME": ["nemo_run.config"],
    "SCRIPTS_DIR": ["nemo_run.config"],
    "Script": ["nemo_run", "nemo_run.config"],
    "SetValueError": ["nemo_run.exceptions"],
    "TABLE_STYLES": ["nemo_run.core.frontend.console.styles"],
    "Tasks": ["nemo_run.run.experiment"],
    "TeeStdoutStderr": ["nemo_run.run.utils"],
    "Torchrun": ["nemo_run", "nemo_run.core.execution.launcher", "nemo_run.core.execution.base"],
    "USE_WITH_RAY_CLUSTER_KEY": ["nemo_run.config"],
    "TunnelMetadata": ["nemo_run.core.tunnel.server"],
    "UnknownStatusError": ["nemo_run.exceptions"],
    "ZlibJSONSerializer": ["nemo_run.core.serialization.zlib_json", "nemo_run.config"],
    "_current_experiment": ["nemo_run.run.experiment"],
    "_get_latest_dir": ["nemo_run.run.experiment"],
    "_get_sorted_dirs": ["nemo_run.run.experiment"],
    "autoconvert": ["nemo_run", "nemo_run.api"],
    "class_to_str": ["nemo_run.help"],
    "configure_logging": ["nemo_run.core.frontend.console.api"],
    "deconfigure_logging": ["nemo_run.core.frontend.console.api"],
    "default_autoconfig_buildable": ["nemo_run.api"],
    "direct_run_fn": ["nemo_run.run.task"],
    "dryrun_fn": ["nemo_run", "nemo_run.api"],
    "fdl_direct_run": ["nemo_run.core.runners.fdl_runner"],
    "fdl_runner_app": ["nemo_run.core.runners.fdl_runner"],
    "from_dict": ["nemo_run.config"],
    "find_editor_executable": ["nemo_run.devspace.editor"],
    "get_nemorun_home": ["nemo_run.config"],
    "get_type_namespace": ["nemo_run.config"],
    "get_underlying_types": ["nemo_run.config"],
    "help_for_callable": ["nemo_run.help"],
    "help_for_type": ["nemo_run.help"],
    "lazy_imports": ["nemo_run", "nemo_run.cli.lazy", "nemo_run.lazy"],
    "import_executor": ["nemo_run", "nemo_run.core.execution.base"],
    "launch_editor": ["nemo_run.devspace.editor"],
    "maybe_load_external_main": ["nemo_run.run.experiment"],
    "server_dir": ["nemo_run.core.tunnel.server"],
    "set_nemorun_home": ["nemo_run.config"],
    "set_value": ["nemo_run.config"],
}

HOMES = {
    "LazyEntrypoint": "nemo_run.cli.lazy",
    "LazyModule": "nemo_run.cli.lazy",
    "LazyTarget": "nemo_run.cli.lazy",
    "DevSpace": "nemo_run.devspace.base",
    "Executor": "nemo_run.core.execution.base",
    "Experiment": "nemo_run.run.experiment",
    "ExperimentPlugin": "nemo_run.run.plugin",
    "FaultTolerance": "nemo_run.core.execution.launcher",
    "Job": "nemo_run.run.job",
    "JobGroup": "nemo_run.run.job",
    "Launcher": "nemo_run.core.execution.launcher",
    "LocalExecutor": "nemo_run.core.execution.local",
    "Packager": "nemo_run.core.packaging.base",
    "Script": "nemo_run.config",
    "Torchrun": "nemo_run.core.execution.launcher",
}


@pytest.mark.parametrize("name", PATHS)
def test_every_path_leads_to_the_same_object(name: str) -> None:
    found = [getattr(importlib.import_module(module), name) for module in PATHS[name]]
    assert all(value is found[0] for value in found)


@pytest.mark.parametrize("name", HOMES)
def test_saved_files_name_the_documented_module(name: str) -> None:
    value = getattr(importlib.import_module(HOMES[name]), name)
    assert (value.__module__, value.__qualname__) == (HOMES[name], name)


def test_plugins_have_two_names() -> None:
    from nemo_run.run.plugin import ExperimentPlugin

    assert nemo_run.Plugin is ExperimentPlugin


def test_names_that_programs_only_probe_for_are_absent() -> None:
    for name in ("task", "factory"):
        with pytest.raises(AttributeError, match=name):
            getattr(nemo_run, name)


@pytest.mark.parametrize("name", ["api", "cli", "config", "core", "exceptions", "run"])
def test_submodules_are_attributes(name: str) -> None:
    assert getattr(nemo_run, name) is importlib.import_module(f"nemo_run.{name}")


class TestRunIsAFunctionAndAPackage:
    def test_it_is_called(self) -> None:
        from nemo_run.run import api

        with mock.patch.object(api, "run", return_value=None) as function:
            assert nemo_run.run("task", executor="e", name="n") is None
        function.assert_called_once_with("task", executor="e", name="n")
        assert callable(nemo_run.run)

    def test_it_is_a_package(self) -> None:
        import nemo_run.run.experiment as by_path
        from nemo_run.run import experiment as by_name

        assert isinstance(nemo_run.run, types.ModuleType)
        assert by_path is by_name is sys.modules["nemo_run.run.experiment"]
        assert nemo_run.run.experiment is by_path

    def test_its_signature_is_that_of_the_function(self) -> None:
        from nemo_run.run.api import run

        assert inspect.signature(nemo_run.run) == inspect.signature(run)

    @pytest.mark.parametrize(
        "target",
        [
            "nemo_run.run.experiment.maybe_load_external_main",
            "nemo_run.run.experiment.Experiment",
            "nemo_run.run.experiment.LocalExecutor",
            "nemo_run.run.experiment._get_latest_dir",
            "nemo_run.run.api.run",
            "nemo_run.core.execution.local.LocalExecutor",
            "nemo_run.config.get_nemorun_home",
        ],
    )
    def test_names_can_be_patched(self, target: str) -> None:
        with mock.patch(target) as patched:
            module, _, name = target.rpartition(".")
            assert getattr(importlib.import_module(module), name) is patched

    @pytest.mark.parametrize(
        "program",
        [
            "import nemo_run as run; assert callable(run.run); import nemo_run.run.api; run.run.api.run",
            "import nemo_run.run.experiment as e; import nemo_run; assert callable(nemo_run.run); e.Jobs",
            "from nemo_run.run.experiment import Jobs; import nemo_run as r; r.run; r.Experiment",
            "from nemo_run.run import experiment; experiment.Experiment",
            "from nemo_run import run; import nemo_run.run.plugin; assert callable(run)",
            "from nemo_run.run.job import Job; from nemo_run import run; assert run.job.Job is Job",
            "from nemo_run import *; assert callable(run); Experiment; Partial",
        ],
    )
    def test_whatever_is_imported_first(self, program: str) -> None:
        subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def test_mocks_see_every_member_of_a_script() -> None:
    fake: Any = mock.MagicMock(spec=nemo_run.Script)
    members = ("path", "inline", "args", "env", "entrypoint", "m", "metadata", "to_command", "get_name")
    assert all(hasattr(fake, name) for name in members)
