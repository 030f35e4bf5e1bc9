"""Job folders on this machine."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from nemo_run_domain.layout import JobFile


class FileStore(Protocol):
    """Writes files that only their owner can read.

    Every implementation passes ``FileStoreContract`` in ``tests/contract``.
    """

    def write(self, folder: str, files: Collection[JobFile]) -> None:
        """Write ``files`` below ``folder``, creating folders (0700); each file appears whole.

        Raises:
            StoreError: No space, no permission; names the file.
        """
        ...

    def read(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def remove(self, folder: str) -> None:
        """Delete a folder with all it holds; a missing one is no error."""
        ...
