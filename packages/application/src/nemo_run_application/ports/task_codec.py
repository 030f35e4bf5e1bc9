"""Configured functions as text."""

from __future__ import annotations

from typing import Any, Protocol

from nemo_run_domain.task import CallableTask


class TaskCodec(Protocol):
    """Turns configured functions into what travels to a task.

    Every implementation passes ``TaskCodecContract`` in ``tests/contract``.
    """

    def encode(self, configured: Any) -> CallableTask:
        """Serialise a configured function with everything it needs.

        Raises:
            PackagingError: Something in it cannot travel; names it.
        """
        ...

    def decode(self, task: CallableTask) -> Any:
        """Return the configured function again.

        Raises:
            StoreError: The text is damaged or names something that is not there.
        """
        ...
