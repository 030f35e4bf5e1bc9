"""Find saved experiments by id or title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nemo_run_application.ports.experiment_store import ExperimentStore
from nemo_run_domain.errors import StoreError
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

    def of_title(self, title: str) -> Iterator[str]:
        """Yield the folders of all complete runs of a title, newest first; looks at no more than is taken."""
        folder = f"{self.root}/{EXPERIMENTS}/{title}"
        for name in reversed(self.catalog(title)):
            if self._is_complete(f"{folder}/{name}"):
                yield f"{folder}/{name}"

    def _is_complete(self, folder: str) -> bool:
        try:
            return self.store.read(folder, TASKS_FILE) is not None
        except StoreError:
            return True  # whoever reads it gets to know why it cannot be read

    def has_title(self, title: str) -> bool:
        """Whether a title has a folder."""
        check_title(title)
        return self.store.exists(f"{self.root}/{EXPERIMENTS}/{title}")

    def _age(self, folder: str, name: str) -> float:
        created = created_ns_of(name)
        return self.store.created(f"{folder}/{name}") if created is None else created / 1e9
