"""Values that tasks leave behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from nemo_run_domain.job import JobHandle
from nemo_run_domain.outcome import TaskException


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What the function of a ``Partial`` did.

    Attributes:
        value: What it returned; its ``repr`` where the value cannot travel.
        exception: What it raised.
    """

    value: Any = None
    exception: TaskException | None = None


class ResultSource(Protocol):
    """Fetches what tasks returned or raised."""

    def fetch(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, TaskResult]:
        """Return the results there are; jobs without one are left out.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...
