"""Placeholders that a backend fills in when it renders a command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAMES = (
    "head_node_ip_var",
    "nproc_per_node_var",
    "num_nodes_var",
    "node_rank_var",
    "het_group_host_var",
    "ft_launcher_cfg_path_var",
)
_ANY = "|".join(_NAMES)
_TOKEN = re.compile(rf"(?P<lead>\$\$)?\$(?:\{{(?P<braced>{_ANY})\}}|(?P<plain>{_ANY})\b)")


@dataclass(kw_only=True)
class Macros:
    """Names of shell variables that hold facts about the place where a task runs.

    Attributes:
        head_node_ip_var: Address of the first node.
        nproc_per_node_var: Processes per node.
        num_nodes_var: Number of nodes.
        node_rank_var: Number of this node, from 0.
        het_group_host_var: Prefix of the variables with the first host of each group.
        ft_launcher_cfg_path_var: Path of the fault tolerance settings.
    """

    head_node_ip_var: str
    nproc_per_node_var: str
    num_nodes_var: str
    node_rank_var: str
    het_group_host_var: str
    ft_launcher_cfg_path_var: str = "FAULT_TOL_CFG_PATH"

    def substitute(self, text: str) -> str:
        """Replace our placeholders in ``text``; every other ``$`` stays as it is.

        ``${head_node_ip_var}`` becomes the name of the variable, ``$$${head_node_ip_var}`` a
        reference to it.
        """
        return _TOKEN.sub(self._replacement, text)

    def substitute_all(self, values: Mapping[str, str]) -> dict[str, str]:
        """Apply ``substitute`` to every value."""
        return {key: self.substitute(value) for key, value in values.items()}

    def _replacement(self, match: re.Match[str]) -> str:
        name = getattr(self, match["braced"] or match["plain"])
        return f"${name}" if match["lead"] else name
