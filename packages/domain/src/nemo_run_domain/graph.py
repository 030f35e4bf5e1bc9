"""In which order units may start, and what the end of one means for the others."""

from __future__ import annotations

import graphlib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.unit import ExecutionUnit


@dataclass(frozen=True, slots=True)
class Skip:
    """A unit that can no longer start.

    Attributes:
        unit_id: Which one.
        message: Which dependency is the reason.
    """

    unit_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What the end of units sets free.

    Attributes:
        ready: Ids that may start now, in the order the units were added.
        skipped: Units that never start, dependants of dependants included.
    """

    ready: tuple[str, ...] = ()
    skipped: tuple[Skip, ...] = ()


def check_graph(units: Iterable[ExecutionUnit]) -> list[list[str]]:
    """Return the ids level by level: each level needs only earlier ones, and is in the order given.

    Raises:
        InvalidConfigError: A duplicate id, an unknown dependency, or a cycle; names it.
    """
    listed = list(units)
    graph = {unit.id: unit.after for unit in listed}
    if len(graph) != len(listed):
        ids = [unit.id for unit in listed]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        raise InvalidConfigError(f"job ids must be unique, but {twice} are used more than once")
    for unit in listed:
        if unknown := sorted(unit.after - graph.keys()):
            raise InvalidConfigError(f"job {unit.id!r} depends on {unknown}, which are no jobs of it")
    return _levels(graph)


def _levels(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter(graph)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        cycle = " -> ".join(reversed(error.args[1]))
        raise InvalidConfigError(f"dependencies form a cycle: {cycle}") from error
    position = {unit_id: number for number, unit_id in enumerate(graph)}
    levels: list[list[str]] = []
    while sorter.is_active():
        levels.append(sorted(sorter.get_ready(), key=position.__getitem__))
        sorter.done(*levels[-1])
    return levels


@dataclass(slots=True)
class DependencyTracker:
    """Follows which units may start; linear in the number of dependencies over a whole run.

    Attributes:
        units: All units of the experiment; their graph must have been checked.
    """

    units: Iterable[ExecutionUnit]
    _by_id: dict[str, ExecutionUnit] = field(init=False)
    _missing: dict[str, int] = field(init=False)
    _dependants: dict[str, list[str]] = field(init=False)
    _position: dict[str, int] = field(init=False)
    _ended: set[str] = field(init=False, default_factory=set[str])

    def __post_init__(self) -> None:
        self._by_id = {unit.id: unit for unit in self.units}
        self._position = {unit_id: number for number, unit_id in enumerate(self._by_id)}
        self._missing = {unit.id: len(unit.after) for unit in self._by_id.values()}
        self._dependants = {unit_id: [] for unit_id in self._by_id}
        for unit in self._by_id.values():
            for dependency in unit.after:
                self._dependants[dependency].append(unit.id)

    def start(self) -> Progress:
        """Return the units that wait for nothing."""
        return Progress(ready=tuple(i for i, missing in self._missing.items() if not missing))

    def end(self, unit_id: str, *, succeeded: bool, label: str) -> Progress:
        """Note that a unit ended; returns what follows from it. A second call changes nothing.

        Args:
            unit_id: Which unit.
            succeeded: Whether it did.
            label: What a skipped dependant is told about it, such as ``failed``.
        """
        if unit_id in self._ended:
            return Progress()
        self._ended.add(unit_id)
        ready: list[str] = []
        skipped: list[Skip] = []
        queue = deque([(unit_id, succeeded, label)])
        while queue:
            ended, good, how = queue.popleft()
            for dependant in self._dependants[ended]:
                if dependant in self._ended:
                    continue
                if good or self._by_id[dependant].dependency_type == "afterany":
                    self._missing[dependant] -= 1
                    if not self._missing[dependant]:
                        ready.append(dependant)
                else:
                    self._ended.add(dependant)
                    skipped.append(Skip(dependant, f"dependency {ended!r} {how}"))
                    queue.append((dependant, False, "was skipped"))
        return Progress(ready=tuple(sorted(ready, key=self._position.__getitem__)), skipped=tuple(skipped))
