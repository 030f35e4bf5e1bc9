"""How many processes run where."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run_domain.errors import InvalidConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Nodes of a task and processes on each.

    Attributes:
        nodes: At least 1.
        procs_per_node: At least 1.
    """

    nodes: int = 1
    procs_per_node: int = 1

    def __post_init__(self) -> None:
        for name in ("nodes", "procs_per_node"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InvalidConfigError(f"{name} must be a whole number of at least 1, not {value!r}")
