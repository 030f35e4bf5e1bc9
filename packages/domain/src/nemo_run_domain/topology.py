"""How many processes run where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nemo_run_domain.errors import InvalidConfigError

_GRAMMAR = re.compile(r"(?:(?:(?P<least>\d+):)?(?P<nodes>\d+)x)?(?P<procs>\d+)")


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

    @property
    def world_size(self) -> int:
        """Processes over all nodes."""
        return self.nodes * self.procs_per_node


def parse_topology(text: str) -> Topology:
    """Read ``[<min>:]<nodes>x<procs>`` or ``<procs>``.

    Raises:
        InvalidConfigError: The text has another form.
    """
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        raise InvalidConfigError(f"{text!r} is no topology; it looks like '2x8' (nodes x processes) or '8'")
    return Topology(nodes=int(match["nodes"] or 1), procs_per_node=int(match["procs"]))
