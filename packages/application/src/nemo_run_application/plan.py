"""Ask each backend what it would send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run_application.backends import Backend, Capability, Connection
from nemo_run_application.ports.scheduler import Plan
from nemo_run_application.prepared import PreparedUnit
from nemo_run_application.services import Services, by_connection
from nemo_run_domain.errors import UnsupportedFeatureError
from nemo_run_domain.unit import ExecutionUnit


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit with what would be sent for it.

    Attributes:
        prepared: What it was planned from.
        backend: Where it goes.
        connection: The way there.
        plan: Of that backend; ``str()`` is the dry run.
    """

    prepared: PreparedUnit
    backend: Backend
    connection: Connection
    plan: Plan

    @property
    def unit(self) -> ExecutionUnit:
        """The planned unit."""
        return self.prepared.unit


@dataclass(frozen=True, slots=True)
class PlanUnits:
    """Plan units, one call per connection; nothing is submitted."""

    services: Services

    def __call__(self, units: Sequence[PreparedUnit]) -> list[PlannedUnit]:
        """Return the planned units in the order given.

        Raises:
            InvalidConfigError: A backend cannot run a unit; names it.
            UnsupportedFeatureError: A group on a backend that runs none.
        """
        for unit in units:
            self._check(unit)
        connections = self.services.connections
        groups = by_connection(units, lambda unit: connections.get(unit.unit.executor))
        planned = [p for members in self.services.workers.map(self._plan, groups) for p in members]
        by_id = {p.unit.id: p for p in planned}
        return [by_id[unit.unit.id] for unit in units]

    def _check(self, prepared: PreparedUnit) -> None:
        backend = self.services.connections.backend(prepared.unit.executor)
        if prepared.unit.is_group and not backend.can(Capability.GROUPS):
            raise UnsupportedFeatureError(
                f"job {prepared.unit.id!r} is a group, which backend {backend.name!r} cannot run; "
                "add its tasks one by one"
            )

    def _plan(self, group: tuple[Connection, list[PreparedUnit]]) -> list[PlannedUnit]:
        connection, units = group
        plans: Sequence[Any] = connection.scheduler.plan(units)
        backend = self.services.connections.backend
        return [
            PlannedUnit(u, backend(u.unit.executor), connection, p) for u, p in zip(units, plans, strict=True)
        ]
