"""Launchers: programs put around the command on every node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemo_run.config import ConfigurableMixin
from nemo_run_domain.launcher import FaultToleranceSettings, LauncherSettings, TorchrunSettings

if TYPE_CHECKING:
    from nemo_run.config import Script


@dataclass(kw_only=True)
class Launcher(LauncherSettings, ConfigurableMixin):
    """No launcher of its own, optionally profiled with nsys."""

    def transform(self, cmd: list[str]) -> Script | None:
        """Return the script that stands instead of ``cmd``, or None to keep it."""
        del cmd
        return None


@dataclass(kw_only=True)
class Torchrun(TorchrunSettings, Launcher):
    """``torchrun``: one agent a node, which starts the ranks.

    Attributes:
        rdzv_backend: How the agents meet.
        rdzv_port: Port on the head node.
        rdzv_id: Id of the meeting; made for each job when None.
    """


@dataclass(kw_only=True)
class FaultTolerance(FaultToleranceSettings, Launcher):
    """``ft_launcher``: torchrun that restarts ranks which die or hang.

    Attributes:
        rank_heartbeat_timeout: Seconds without a sign of life after which a rank counts as hung.
        initial_rank_heartbeat_timeout: The same before its first sign of life.
        workload_check_interval: Seconds between two looks at the ranks.
        rank_termination_signal: Name of the signal that ends hung ranks.
        log_level: Of the launcher.
        max_restarts: How often the ranks are started again.
    """


LAUNCHER_MAP: dict[str, type[Launcher]] = {"torchrun": Torchrun, "ft": FaultTolerance}
"""Short names that an executor's ``launcher`` may hold."""
