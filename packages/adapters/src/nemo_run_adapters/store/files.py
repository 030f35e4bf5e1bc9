"""Job folders on this machine."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection

from nemo_run_adapters.store.private import (
    EXECUTABLE_MODE,
    FILE_MODE,
    NewFile,
    make_folder,
    put_files,
    remove_tree,
    store_errors,
)
from nemo_run_domain.errors import NotFoundError, StoreError
from nemo_run_domain.layout import JobFile


class FolderFileStore:
    """Writes job folders without waiting for the disk; what a power cut takes is prepared again."""

    def write(self, folder: str, files: Collection[JobFile]) -> None:
        new = [_placed(folder, file) for file in files]
        for parent in sorted({folder, *(os.path.dirname(file.path) for file in new)}):
            with store_errors("make", parent):
                make_folder(parent)
        put_files(new, sync=False)

    def read(self, path: str) -> bytes:
        with store_errors("read", path):
            try:
                with open(path, "rb") as stream:
                    return stream.read()
            except FileNotFoundError:
                raise NotFoundError(f"there is no file {path!r}") from None

    def remove(self, folder: str) -> None:
        with store_errors("delete", folder):
            remove_tree(folder)


def _placed(folder: str, file: JobFile) -> NewFile:
    inside = posixpath.normpath(file.path)
    if posixpath.isabs(inside) or inside in (".", "..") or inside.startswith("../"):
        raise StoreError(f"file {file.path!r} would not be inside the job folder {folder!r}")
    mode = EXECUTABLE_MODE if file.executable else FILE_MODE
    return NewFile(os.path.join(folder, inside), file.content, mode)
