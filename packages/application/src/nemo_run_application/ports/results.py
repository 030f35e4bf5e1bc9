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
        value: What it returned; a text about it where the value cannot travel or was not to be loaded.
        exception: What it raised.
    """

    value: Any = None
    exception: TaskException | None = None


class ResultSource(Protocol):
    """Fetches what tasks returned or raised.

    Every implementation passes ``ResultsContract`` in ``tests/contract``.
    """

    def fetch(
        self, handles: Collection[JobHandle], *, trusted: bool = True
    ) -> Mapping[JobHandle, TaskResult]:
        """Return the results there are; jobs without one are left out.

        Args:
            handles: Jobs of this backend or of others, which have none here.
            trusted: Whether loading a value may import and call what it names. Otherwise values of
                Python's own types come back as they are, and others as a text that names their class.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...
