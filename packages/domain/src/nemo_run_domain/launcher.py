"""Launchers: programs put around the command on every node."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from nemo_run_domain.command import Command
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.profiling import nsys_prefix
from nemo_run_domain.topology import Topology

DEBUG_ENV = {
    "CUDA_LAUNCH_BLOCKING": "1",
    "NCCL_DESYNC_DEBUG": "1",
    "TORCH_DISTRIBUTED_DEBUG": "DETAIL",
    "TORCH_SHOW_CPP_STACKTRACES": "1",
}
"""What ``Packager.debug`` adds to the environment of torch launchers."""

HEAD_NODE = "$$${head_node_ip_var}"
NODE_RANK = "$$${node_rank_var}"


def _default_trace() -> list[str]:
    return ["nvtx", "cuda"]


def _default_nsys_args() -> list[str]:
    return [
        "--force-overwrite=true",
        "--capture-range=cudaProfilerApi",
        "--capture-range-end=stop",
        "--cuda-graph-trace=node",
        "--cuda-event-trace=false",
    ]


@dataclass(kw_only=True)
class LauncherSettings:
    """No launcher of its own, optionally profiled with nsys."""

    nsys_profile: bool = False
    nsys_folder: str = "nsys_profile"
    nsys_filename: str = "profile_%p"
    nsys_trace: list[str] = field(default_factory=_default_trace)
    nsys_extra_args: list[str] = field(default_factory=_default_nsys_args)
    nsys_gpu_metrics: bool = False

    def get_nsys_prefix(self, profile_dir: str) -> list[str] | None:
        """Return the arguments of ``nsys`` before the command, or None when not profiling."""
        if not self.nsys_profile:
            return None
        return nsys_prefix(
            folder=f"{profile_dir}/{self.nsys_folder}",
            filename=self.nsys_filename,
            trace=self.nsys_trace,
            extra_args=self.nsys_extra_args,
        )


@dataclass(kw_only=True)
class TorchrunSettings(LauncherSettings):
    """``torchrun``: one agent a node, which starts the ranks."""

    rdzv_backend: str = "c10d"
    rdzv_port: int = 29500
    rdzv_id: int | None = None


@dataclass(kw_only=True)
class FaultToleranceSettings(LauncherSettings):
    """``ft_launcher``: torchrun that restarts ranks which die or hang."""

    cfg_path: str = ""
    finished_flag_file: str = ""
    job_results_file: str = ""
    rdzv_backend: str = "c10d"
    rdzv_port: int = 29500
    rdzv_id: int | None = None
    workload_check_interval: float | None = None
    initial_rank_heartbeat_timeout: float | None = None
    rank_heartbeat_timeout: float | None = None
    rank_termination_signal: str | None = None
    log_level: str | None = None
    max_restarts: int | None = None


TorchLauncher = TorchrunSettings | FaultToleranceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a launcher starts: a script or a module, with arguments.

    Attributes:
        interpreter: Program that runs it, with options as a shell would read them.
        path: File, or module name with ``module``.
        args: Arguments behind it.
        module: Started with ``-m``.
    """

    interpreter: str
    path: str
    args: tuple[str, ...] = ()
    module: bool = False

    @property
    def argv(self) -> tuple[str, ...]:
        """The words that start it without a launcher."""
        return (*shlex.split(self.interpreter), *(("-m",) if self.module else ()), self.path, *self.args)

    @property
    def is_python(self) -> bool:
        """Whether the interpreter is some Python."""
        return shlex.split(self.interpreter)[0].rpartition("/")[2].startswith("python")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendezvous:
    """Where the agents of several nodes meet.

    Attributes:
        endpoint: ``host:port``; may hold macros.
        node_rank: Number of this node; may be a macro.
        run_id: The same on all nodes, different for every job.
    """

    endpoint: str
    node_rank: str
    run_id: str


def rendezvous_for(launcher: TorchLauncher, topology: Topology, run_id: str) -> Rendezvous:
    """Return the meeting point: this host for one node, the head node for several."""
    chosen = run_id if launcher.rdzv_id is None else str(launcher.rdzv_id)
    if topology.nodes == 1:
        return Rendezvous(endpoint="localhost:0", node_rank="0", run_id=chosen)
    return Rendezvous(endpoint=f"{HEAD_NODE}:{launcher.rdzv_port}", node_rank=NODE_RANK, run_id=chosen)


def torchrun_args(
    program: Program, launcher: TorchLauncher, topology: Topology, meet: Rendezvous
) -> list[str]:
    """Return the arguments of ``torchrun``, program included.

    Source: PyTorch, "torchrun (Elastic Launch)".
    """
    return [
        *("--rdzv-backend", launcher.rdzv_backend),
        *("--rdzv-endpoint", meet.endpoint),
        *("--rdzv-id", meet.run_id),
        *("--nnodes", str(topology.nodes)),
        *("--nproc-per-node", str(topology.procs_per_node)),
        *("--node-rank", meet.node_rank),
        *("--tee", "3"),
        *_program_words(program),
    ]


def _program_words(program: Program) -> Sequence[str]:
    if program.module:
        return ("-m", program.path, *program.args)
    no_python = () if program.is_python else ("--no-python",)
    return (*no_python, program.path, *program.args)


def fault_tolerance_args(launcher: FaultToleranceSettings) -> list[str]:
    """Return the options of ``ft_launcher`` that stand before those of torchrun."""
    values = {
        "--ft-workload_check_interval": launcher.workload_check_interval,
        "--ft-initial_rank_heartbeat_timeout": launcher.initial_rank_heartbeat_timeout,
        "--ft-rank_heartbeat_timeout": launcher.rank_heartbeat_timeout,
        "--ft-rank_termination_signal": launcher.rank_termination_signal,
        "--ft-log_level": launcher.log_level,
        "--max-restarts": launcher.max_restarts,
    }
    words = [word for option, value in values.items() if value is not None for word in (option, str(value))]
    return words or ["--ignore-missing-fault-tol-cfg"]


def launched(
    program: Program,
    launcher: LauncherSettings,
    topology: Topology,
    meet: Rendezvous | None,
    profile_dir: str,
) -> tuple[str, ...]:
    """Return the words that start ``program`` under ``launcher`` on one node.

    Raises:
        InvalidConfigError: A torch launcher without a meeting point.
    """
    words: tuple[str, ...] = program.argv
    if isinstance(launcher, (TorchrunSettings, FaultToleranceSettings)):
        if meet is None:
            raise InvalidConfigError(f"{type(launcher).__name__} needs a rendezvous")
        words = _torch_words(program, launcher, topology, meet)
    prefix = launcher.get_nsys_prefix(profile_dir)
    return words if prefix is None else ("nsys", *prefix, *words)


def _torch_words(
    program: Program, launcher: TorchLauncher, topology: Topology, meet: Rendezvous
) -> tuple[str, ...]:
    words = torchrun_args(program, launcher, topology, meet)
    if isinstance(launcher, FaultToleranceSettings):
        return ("ft_launcher", *fault_tolerance_args(launcher), *words)
    return ("torchrun", *words)


def with_launcher_env(
    command: Command, launcher: LauncherSettings, *, log_level: str, debug: bool
) -> Command:
    """Add what torch launchers expect in the environment."""
    if not isinstance(launcher, (TorchrunSettings, FaultToleranceSettings)):
        return command
    extra = {} if "LOGLEVEL" in command.env else {"LOGLEVEL": log_level}
    return command.with_env({**extra, **(DEBUG_ENV if debug else {})})
