"""Saved experiments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from nemo_run_domain.journal import Record


class ExperimentStore(Protocol):
    """Keeps the metadata files and the journal of experiments, one folder each.

    May be used by many processes on one home folder at the same time; a reader never sees half
    a file. Every implementation passes ``ExperimentStoreContract`` in ``tests/contract``.
    """

    def create(self, directory: str, *, exist_ok: bool = False) -> None:
        """Make the folder of an experiment.

        Raises:
            FileExistsError: It exists and ``exist_ok`` is false.
            StoreError: It cannot be made.
        """
        ...

    def write(self, directory: str, files: Mapping[str, bytes]) -> None:
        """Replace metadata files, each at once.

        Raises:
            StoreError: No space, no permission; names the file.
        """
        ...

    def read(self, directory: str, name: str) -> bytes | None:
        """Return a metadata file, or None when there is none."""
        ...

    def append(self, directory: str, records: Sequence[Record], *, sync: bool = True) -> None:
        """Add lines to the journal in one write; with ``sync`` they are on disk when it returns."""
        ...

    def journal(self, directory: str) -> list[Record]:
        """Return all whole lines of the journal; none where there is no journal."""
        ...

    def journal_since(self, directory: str, position: int) -> tuple[list[Record], int]:
        """Return the whole lines of the journal behind a position, and the position behind them.

        Takes as long as there is to read, however long the journal is. A line that is still being
        written comes with a later call.

        Args:
            directory: Folder of the experiment.
            position: 0, or what an earlier call returned.
        """
        ...

    def hold(self, directory: str) -> Callable[[], None] | None:
        """Become the only one who runs an experiment; returns what lets go of it.

        None while somebody else holds it, in this process or another. It ends with the process, however
        that ends. Where a file system cannot do this, nobody is ever refused.

        Raises:
            StoreError: The folder cannot be written.
        """
        ...

    def is_held(self, directory: str) -> bool:
        """Whether somebody holds an experiment, in this process or another; changes nothing.

        False where there is no such experiment, and where a file system cannot tell.
        """
        ...

    def exists(self, directory: str) -> bool:
        """Whether the folder of an experiment is there."""
        ...

    def names(self, directory: str) -> list[str]:
        """Return the names of the folders inside ``directory``, hidden ones left out; none if missing."""
        ...

    def created(self, directory: str) -> float:
        """Return when the folder last changed, in seconds since the epoch."""
        ...

    def delete(self, directory: str, *, prune_parent: bool = False) -> None:
        """Delete an experiment; with ``prune_parent`` its title folder too where that is empty then."""
        ...
