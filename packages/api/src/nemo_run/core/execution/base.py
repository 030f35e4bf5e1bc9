"""What all executors share, and named executors from a file."""

from __future__ import annotations

import copy
import dataclasses
import os
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from nemo_run import _own_files
from nemo_run.config import ConfigurableMixin, get_nemorun_home
from nemo_run.core.execution.launcher import LAUNCHER_MAP, FaultTolerance, Launcher, Torchrun
from nemo_run.core.packaging.base import Packager
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.macros import Macros

__all__ = [
    "Executor",
    "ExecutorMacros",
    "FaultTolerance",
    "LogSupportedExecutor",
    "Torchrun",
    "import_executor",
]

ExecutorT = TypeVar("ExecutorT", bound="Executor")


@dataclass(kw_only=True)
class ExecutorMacros(Macros):
    """Names of shell variables that hold facts about the place where a task runs."""

    HEAD_NODE_IP_VAR: ClassVar[str] = "${head_node_ip_var}"
    NPROC_PER_NODE_VAR: ClassVar[str] = "${nproc_per_node_var}"
    NUM_NODES_VAR: ClassVar[str] = "${num_nodes_var}"
    NODE_RANK_VAR: ClassVar[str] = "${node_rank_var}"
    FT_LAUNCHER_CFG_PATH_VAR: ClassVar[str] = "${ft_launcher_cfg_path_var}"

    @staticmethod
    def group_host(index: int) -> str:
        """Return the placeholder for the first host of a heterogeneous group."""
        return f"$$${{het_group_host_var}}_{index}"

    def apply(self, role: Any) -> Any:
        """Return a copy of a TorchX role with the placeholders in arguments and environment filled in."""
        filled = copy.deepcopy(role)
        filled.args = [self.substitute(arg) for arg in filled.args]
        filled.env = self.substitute_all(filled.env)
        return filled


@dataclass(kw_only=True)
class Executor(ExecutorSettings, ConfigurableMixin):
    """Where and how a task runs; subclasses add the fields of one backend.

    Attributes:
        packager: Which files travel with the task.
        launcher: Program put around the command: an object, its short name, or None.
        env_vars: Environment of the task.
        retries: How often a failed task is started again.
    """

    supports_detach: ClassVar[bool] = False
    supports_dependencies: ClassVar[bool] = False
    supports_groups: ClassVar[bool] = False
    _takes_factories_of_subclasses: ClassVar[bool] = True

    packager: Packager = field(default_factory=Packager)
    launcher: Launcher | str | None = None

    def info(self) -> str:
        """Return the text that status tables show."""
        return type(self).__qualname__

    def clone(self: ExecutorT) -> ExecutorT:
        """Return an independent copy; what belongs to one job is back at its default."""
        memo: dict[int, Any] = {}
        twin = type(self).__new__(type(self))
        twin.__dict__.update({name: copy.deepcopy(value, memo) for name, value in self.__dict__.items()})
        for spec in dataclasses.fields(self):
            if not spec.init:
                setattr(twin, spec.name, _default(spec))
        return twin

    def get_launcher(self) -> Launcher:
        """Return the launcher object, made from its short name at first use.

        Raises:
            KeyError: No launcher has that short name.
            AssertionError: The value is no launcher.
        """
        if not self._launcher_setup:
            self._setup_launcher()
            self._launcher_setup = True
        if self.launcher is None:
            self.launcher = Launcher()
        if not isinstance(self.launcher, Launcher):
            raise AssertionError(
                f"could not setup the launcher: {self.launcher!r} is neither a Launcher nor a name"
            )
        return self.launcher

    def _setup_launcher(self) -> None:
        if isinstance(self.launcher, str):
            if not self.launcher:
                self.launcher = None
            elif self.launcher not in LAUNCHER_MAP:
                raise KeyError(f"no launcher is called {self.launcher!r}; there are {sorted(LAUNCHER_MAP)}")
            else:
                self.launcher = LAUNCHER_MAP[self.launcher]()

    def assign(self, exp_id: str, exp_dir: str, task_id: str, task_dir: str) -> None:
        """Learn the job this copy belongs to; touches no disk."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it is assigned to a job")

    def nnodes(self) -> int:
        """Return the number of nodes."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many nodes it uses")

    def nproc_per_node(self) -> int:
        """Return the number of processes on each node."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many processes a node runs")

    def macro_values(self) -> ExecutorMacros | None:
        """Return the values of placeholders in commands, or None where there are none."""
        return None

    def get_launcher_prefix(self) -> list[str] | None:
        """Return the arguments of ``nsys`` when profiling, after making its folder."""
        prefix = self.get_launcher().get_nsys_prefix(profile_dir=self.job_dir)
        if prefix is not None:
            os.makedirs(os.path.join(self.job_dir, self.get_launcher().nsys_folder), exist_ok=True)
        return prefix

    def get_nsys_entrypoint(self) -> tuple[str, str]:
        """Return the profiler's program and what stands behind the whole command."""
        return "nsys", ""

    def supports_launcher_transform(self) -> bool:
        """Whether launchers may replace the command by a script."""
        return False

    def package_configs(self, *cfgs: tuple[str, str]) -> list[str]:
        """Write (name, text) pairs into ``<job_dir>/configs``; returns the paths as the task sees them."""
        folder = os.path.join(self.job_dir, "configs")
        return [_write(os.path.join(folder, name), text) for name, text in cfgs]

    def create_job_dir(self) -> None:
        """Make the job folder."""
        os.makedirs(self.job_dir, mode=0o700, exist_ok=True)

    def cleanup(self, handle: str) -> None:
        """Free what a finished job holds; nothing by default."""


@dataclass(kw_only=True)
class FolderExecutor(Executor):
    """An executor whose jobs have their folder below that of the experiment, on this machine."""

    supports_detach: ClassVar[bool] = True
    supports_groups: ClassVar[bool] = True

    def assign(self, exp_id: str, exp_dir: str, task_id: str, task_dir: str) -> None:
        """Learn the job this copy belongs to."""
        del task_id
        self.experiment_id = exp_id
        self.experiment_dir = exp_dir
        self.job_dir = os.path.join(exp_dir, task_dir)


@runtime_checkable
class LogSupportedExecutor(Protocol):
    """Executors that print logs themselves."""

    @classmethod
    def logs(cls, app_id: str, fallback_path: str | None) -> None:
        """Print the log of a job."""
        ...


def _default(spec: dataclasses.Field[Any]) -> Any:
    if spec.default_factory is not dataclasses.MISSING:
        return spec.default_factory()
    return None if spec.default is dataclasses.MISSING else spec.default


def _write(path: str, text: str) -> str:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def import_executor(name: str, file_path: str | None = None, call: bool = True, **kwargs: Any) -> Executor:
    """Return a named executor from a Python file.

    Args:
        name: Attribute of the file, or key of its ``EXECUTOR_MAP``.
        file_path: Default ``<home>/executors.py``.
        call: Call what is callable, with ``kwargs``; otherwise return it as it is.
        **kwargs: Passed to the callable.

    Raises:
        FileNotFoundError: The file is missing.
        AttributeError: It has no such name; lists the ones it has.
        UntrustedFileError: Others own the file or may write to it.
        InvalidConfigError: The file, or what it calls ``name``, ends the program.
    """
    path = os.path.expanduser(file_path or os.path.join(get_nemorun_home(), "executors.py"))
    try:
        found: Any = look_up(load_executors_file(path), name, path)
        executor: Any = found(**kwargs) if callable(found) and call else found
    except SystemExit as error:
        raise InvalidConfigError(f"{path} ends the program for {name!r} (SystemExit: {error})") from error
    return executor


def load_executors_file(path: str) -> ModuleType:
    """Execute a Python file as a module of its own, which is not remembered.

    Raises:
        FileNotFoundError: It is missing.
        UntrustedFileError: Others own it or may write to it.
    """
    return _own_files.run_file(path, "executors")


def look_up(module: ModuleType, name: str, path: str) -> Any:
    """Return what an executors file calls ``name``: first the keys of its ``EXECUTOR_MAP``.

    Raises:
        AttributeError: It has no such name; lists the ones it has.
    """
    table = getattr(module, "EXECUTOR_MAP", {})
    if name in table:
        return table[name]
    if hasattr(module, name):
        return getattr(module, name)
    known = sorted({*table, *(n for n in vars(module) if not n.startswith("_"))})
    raise AttributeError(f"{path} has no executor called {name!r}; it has {known}")
