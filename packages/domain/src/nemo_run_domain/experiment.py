"""Experiments: a named, ordered set of units."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run_domain.graph import check_graph
from nemo_run_domain.unit import ExecutionUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A named, ordered set of units.

    Attributes:
        id: ``<title>_<integer>``.
        title: What the runs of one kind have in common.
        directory: Folder of the experiment on this machine, absolute.
        units: In the order they were added.
    """

    id: str
    title: str
    directory: str
    units: tuple[ExecutionUnit, ...] = ()

    def __post_init__(self) -> None:
        check_graph(self.units)

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """Ids of all units, in order."""
        return tuple(unit.id for unit in self.units)

    def unit(self, unit_id: str) -> ExecutionUnit:
        """Return the unit of that id.

        Raises:
            KeyError: There is none.
        """
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise KeyError(unit_id)
