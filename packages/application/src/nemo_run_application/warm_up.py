"""Let backends get ready while the units of a launch are still being prepared."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from nemo_run_application.services import Services
from nemo_run_domain.errors import NemoRunError
from nemo_run_domain.executor import ExecutorSettings


def warm_up(services: Services, executors: Iterable[ExecutorSettings]) -> None:
    """Open the connections of a launch; what does not work shows when the units are planned."""
    warmed: set[int] = set()
    for executor in executors:
        with suppress(NemoRunError):
            connection = services.connections.get(executor)
            if connection.warm_up is not None and id(connection) not in warmed:
                warmed.add(id(connection))
                connection.warm_up()
