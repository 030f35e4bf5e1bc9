"""Plugins: changes made to a task and its executor when both are added."""

from __future__ import annotations

from typing import Any, Protocol


class Plugin(Protocol):
    """Changes the copies of a task and an executor before they become a job."""

    def assign(self, experiment_id: str) -> None:
        """Learn the experiment; called once per ``add``, before ``setup``."""
        ...

    def setup(self, task: Any, executor: Any) -> None:
        """Change the copies in place; called once per task."""
        ...
