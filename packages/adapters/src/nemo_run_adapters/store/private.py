"""Folders and files that only their owner can read, and that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from nemo_run_domain.errors import StoreError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
EXECUTABLE_MODE = 0o700

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be put in place.

    Attributes:
        path: Absolute.
        content: What it will hold.
        mode: Its permissions.
    """

    path: str
    content: bytes
    mode: int = FILE_MODE


@contextmanager
def store_errors(action: str, path: str, *, let: type[OSError] | None = None) -> Iterator[None]:
    """Turn an error of the operating system into a ``StoreError`` that names the file.

    Args:
        action: What was tried, as in ``cannot <action> '/a/file'``.
        path: The file.
        let: An error that the caller is promised as it is.
    """
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        if let is not None and isinstance(error, let):
            raise
        raise StoreError(f"cannot {action} {path!r}: {error.strerror or error}") from error


def make_folder(folder: str, *, exist_ok: bool = True, sync: bool = False, tries: int = 8) -> None:
    """Make a folder and its missing parents; others may do the same at the same time.

    Args:
        folder: Absolute path.
        exist_ok: Whether the folder may be there already.
        sync: The new names are on disk when this returns.
        tries: How often others may delete a parent meanwhile; some places, as /proc, never take one.

    Raises:
        FileExistsError: It is there, or something that is no folder.
        OSError: It cannot be made.
    """
    parent = os.path.dirname(folder) or "."
    while True:
        try:
            os.mkdir(folder, FOLDER_MODE)
            break
        except FileExistsError:
            if not (exist_ok and os.path.isdir(folder)):
                raise
            return
        except FileNotFoundError:
            if not tries:
                raise
        tries -= 1
        make_folder(parent, sync=sync)
    if sync:
        sync_folder(parent)


def remove_tree(folder: str) -> None:
    """Delete a folder with all it holds, even while another process does the same.

    Raises:
        OSError: Something in it cannot be deleted.
    """
    import shutil

    while os.path.lexists(folder):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)


def put_files(files: list[NewFile], *, sync: bool) -> None:
    """Replace files inside existing folders; a reader sees the old or the new content.

    All contents are written before the first name changes, so that the disk can take them in one
    go and a full disk changes nothing.

    Raises:
        StoreError: No space, no permission; names the file.
    """
    waiting: dict[str, NewFile] = {}
    try:
        for file in files:
            with store_errors("write", file.path):
                _write_beside(file, waiting)
        if sync:
            _sync_all(waiting)
        for temporary, file in list(waiting.items()):
            with store_errors("write", file.path):
                os.replace(temporary, file.path)
            del waiting[temporary]
    finally:
        for temporary in waiting:
            with suppress(OSError):
                os.unlink(temporary)
    if sync:
        for folder in {os.path.dirname(file.path) for file in files}:
            with store_errors("write", folder):
                sync_folder(folder)


def _write_beside(file: NewFile, waiting: dict[str, NewFile]) -> None:
    temporary = os.path.join(os.path.dirname(file.path), f".{os.urandom(8).hex()}.tmp")
    descriptor = os.open(temporary, _CREATE, file.mode)
    waiting[temporary] = file
    try:
        rest = memoryview(file.content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _sync_all(waiting: Mapping[str, NewFile]) -> None:
    """Return once all contents are on disk; asked for side by side, the disk takes them in one go."""
    errors: list[StoreError] = []

    def sync(temporary: str, path: str) -> None:
        try:
            with store_errors("write", path):
                _sync(temporary, os.O_RDONLY)
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=sync, args=(name, file.path)) for name, file in waiting.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def sync_folder(folder: str) -> None:
    """Return once the names inside a folder are on disk, where the file system can tell."""
    try:
        _sync(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def _sync(path: str, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
