"""Find saved experiments by id or title."""

from __future__ import annotations

from dataclasses import dataclass

from nemo_run_application.ports.experiment_store import ExperimentStore
from nemo_run_domain.layout import EXPERIMENTS, TASKS_FILE
from nemo_run_domain.names import check_title, created_ns_of, title_of


@dataclass(frozen=True, slots=True)
class FindExperiments:
    """Looks below one root folder; reads no experiment.

    Attributes:
        store: Saved experiments.
        root: Home folder, or the folder given as ``base_dir``.
    """

    store: ExperimentStore
    root: str

    def catalog(self, title: str = "") -> list[str]:
        """Return the ids under a title, oldest first; without a title, the titles."""
        if title:
            check_title(title)
        folder = f"{self.root}/{EXPERIMENTS}/{title}" if title else f"{self.root}/{EXPERIMENTS}"
        return [
            name for _, name in sorted((self._age(folder, name), name) for name in self.store.names(folder))
        ]

    def directory(self, experiment_id: str) -> str | None:
        """Return the folder of an experiment, or None when there is none."""
        title = title_of(experiment_id)
        if not title:
            return None
        check_title(title)
        folder = f"{self.root}/{EXPERIMENTS}/{title}/{experiment_id}"
        return folder if self.store.exists(folder) else None

    def of_title(self, title: str) -> list[str]:
        """Return the folders of all complete runs of a title, newest first."""
        folder = f"{self.root}/{EXPERIMENTS}/{title}"
        folders = [f"{folder}/{name}" for name in reversed(self.catalog(title))]
        return [path for path in folders if self.store.read(path, TASKS_FILE) is not None]

    def has_title(self, title: str) -> bool:
        """Whether a title has a folder."""
        check_title(title)
        return self.store.exists(f"{self.root}/{EXPERIMENTS}/{title}")

    def _age(self, folder: str, name: str) -> float:
        created = created_ns_of(name)
        return self.store.created(f"{folder}/{name}") if created is None else created / 1e9
