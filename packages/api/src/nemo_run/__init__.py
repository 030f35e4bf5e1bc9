"""Configure a task once, run it anywhere.

Names are loaded at first use: importing this package loads nothing but the standard library.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemo_run import cli as cli
    from nemo_run.api import autoconvert as autoconvert
    from nemo_run.api import dryrun_fn as dryrun_fn
    from nemo_run.cli.lazy import LazyEntrypoint as LazyEntrypoint
    from nemo_run.cli.lazy import lazy_imports as lazy_imports
    from nemo_run.config import Config as Config
    from nemo_run.config import ConfigurableMixin as ConfigurableMixin
    from nemo_run.config import Partial as Partial
    from nemo_run.config import Script as Script
    from nemo_run.core.execution.base import Executor as Executor
    from nemo_run.core.execution.base import ExecutorMacros as ExecutorMacros
    from nemo_run.core.execution.base import import_executor as import_executor
    from nemo_run.core.execution.launcher import FaultTolerance as FaultTolerance
    from nemo_run.core.execution.launcher import Torchrun as Torchrun
    from nemo_run.core.execution.local import LocalExecutor as LocalExecutor
    from nemo_run.core.execution.memory import MemoryExecutor as MemoryExecutor
    from nemo_run.core.packaging.base import Packager as Packager
    from nemo_run.devspace.base import DevSpace as DevSpace
    from nemo_run.exceptions import ExperimentFailedError as ExperimentFailedError
    from nemo_run.help import help as help
    from nemo_run.package_info import __package_name__ as __package_name__
    from nemo_run.package_info import __version__ as __version__
    from nemo_run.run.api import run as run
    from nemo_run.run.experiment import Experiment as Experiment
    from nemo_run.run.plugin import ExperimentPlugin as Plugin
    from nemo_run_domain.job import JobState as JobState
    from nemo_run_domain.outcome import Outcome as Outcome
    from nemo_run_domain.secrets import Secret as Secret

_EXPORTS = {
    "Config": "nemo_run.config",
    "ConfigurableMixin": "nemo_run.config",
    "DevSpace": "nemo_run.devspace.base",
    "Executor": "nemo_run.core.execution.base",
    "ExecutorMacros": "nemo_run.core.execution.base",
    "Experiment": "nemo_run.run.experiment",
    "ExperimentFailedError": "nemo_run.exceptions",
    "FaultTolerance": "nemo_run.core.execution.launcher",
    "JobState": "nemo_run_domain.job",
    "LazyEntrypoint": "nemo_run.cli.lazy",
    "LocalExecutor": "nemo_run.core.execution.local",
    "MemoryExecutor": "nemo_run.core.execution.memory",
    "Outcome": "nemo_run_domain.outcome",
    "Packager": "nemo_run.core.packaging.base",
    "Partial": "nemo_run.config",
    "Plugin": "nemo_run.run.plugin",
    "Script": "nemo_run.config",
    "Secret": "nemo_run_domain.secrets",
    "Torchrun": "nemo_run.core.execution.launcher",
    "__package_name__": "nemo_run.package_info",
    "__version__": "nemo_run.package_info",
    "autoconvert": "nemo_run.api",
    "cli": "nemo_run",
    "dryrun_fn": "nemo_run.api",
    "help": "nemo_run.help",
    "import_executor": "nemo_run.core.execution.base",
    "lazy_imports": "nemo_run.cli.lazy",
    "run": "nemo_run.run",
}
_TO_COME = {
    "DGXCloudExecutor",
    "DockerExecutor",
    "GitArchivePackager",
    "HybridPackager",
    "KubeflowExecutor",
    "LeptonExecutor",
    "LocalTunnel",
    "PatternPackager",
    "SSHTunnel",
    "SkypilotExecutor",
    "SkypilotJobsExecutor",
    "SlurmExecutor",
    "SlurmRay",
    "SlurmTemplate",
}
_RENAMED = {"Plugin": "ExperimentPlugin"}
_SUBMODULES = ("api", "cli", "config", "core", "exceptions", "help", "run")

__all__ = [
    "Config",
    "ConfigurableMixin",
    "DevSpace",
    "Executor",
    "ExecutorMacros",
    "Experiment",
    "ExperimentFailedError",
    "FaultTolerance",
    "JobState",
    "LazyEntrypoint",
    "LocalExecutor",
    "MemoryExecutor",
    "Outcome",
    "Packager",
    "Partial",
    "Plugin",
    "Script",
    "Secret",
    "Torchrun",
    "__package_name__",
    "__version__",
    "autoconvert",
    "cli",
    "dryrun_fn",
    "help",
    "import_executor",
    "lazy_imports",
    "run",
]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _TO_COME:
        text = f"{name!r} is not part of nemo_run {_version()} yet; see the README for what works today"
        if _is_import():  # which would replace the text of an AttributeError
            raise ImportError(text, name=__name__)
        raise AttributeError(text)
    if (module := _EXPORTS.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(module), _RENAMED.get(name, name))
    return value


def _is_import() -> bool:
    """Whether the code that asks this module for a name is ``from nemo_run import NAME``."""
    import opcode

    frame = sys._getframe(2)
    return opcode.opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM"


def _version() -> str:
    return str(importlib.import_module("nemo_run.package_info").__version__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})
