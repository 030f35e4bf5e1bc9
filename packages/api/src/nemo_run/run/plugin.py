"""Plugins: changes made to a task and its executor when both are added."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from nemo_run.config import ConfigurableMixin

if TYPE_CHECKING:
    from nemo_run.core.execution.base import Executor


@dataclass(kw_only=True)
class ExperimentPlugin(ConfigurableMixin):
    """Changes the copies of a task and its executor before they become a job.

    Attributes:
        experiment_id: Set by ``assign``.
    """

    _takes_factories_of_subclasses: ClassVar[bool] = True

    experiment_id: str = field(init=False, default="")

    def assign(self, experiment_id: str) -> None:
        """Learn the experiment; called once per ``add``, before ``setup``."""
        self.experiment_id = experiment_id

    def setup(self, task: Any, executor: Executor) -> None:
        """Change ``task`` and ``executor`` in place; called once per task of a group."""
