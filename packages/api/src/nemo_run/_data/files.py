"""Reading and writing whole files."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from nemo_run._data.errors import DataSyntaxError, FileAccessError, FileMissingError


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a file in UTF-8.

    Raises:
        InvalidConfigError: It does not exist, cannot be read or is no text; also the ``OSError`` it was.
    """
    name = os.fspath(path)
    try:
        with open(name, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError as error:
        raise FileMissingError(f"Config file not found: {name}") from error
    except OSError as error:
        raise FileAccessError(f"cannot read {name}: {error.strerror or error}") from error
    except ValueError as error:  # no UTF-8, or a NUL in the name
        raise DataSyntaxError(f"cannot read {name!r} as text: {error}") from error


def write_text(path: str | os.PathLike[str], text: str, *, is_private: bool = False) -> None:
    """Write a file as a whole: whoever reads it meanwhile, or after a crash, sees the old one or the new one.

    Folders are not made; a file that is replaced keeps its permissions.

    Args:
        path: Of the file.
        text: What to write.
        is_private: Nobody but its owner may read the file; so is a new one, and one that is replaced
            loses the permissions of others.

    Raises:
        InvalidConfigError: The folder does not exist or nothing can be written there; also an ``OSError``.
    """
    name = os.path.realpath(os.fspath(path))
    folder = os.path.dirname(name)
    if not os.path.isdir(folder):
        raise FileMissingError(f"cannot write {os.fspath(path)}: there is no folder {folder}")
    try:
        data = text.encode()
        if os.path.exists(name) and not os.path.isfile(name):
            _write_device(name, data)
        else:
            _replace(name, folder, data, 0o700 if is_private else 0o777)
    except OSError as error:
        raise FileAccessError(f"cannot write {os.fspath(path)}: {error.strerror or error}") from error
    except ValueError as error:  # half a character
        raise DataSyntaxError(f"cannot write {os.fspath(path)!r}: {error}") from error


def _write_device(name: str, data: bytes) -> None:
    with open(name, "wb") as file:
        file.write(data)


def _replace(name: str, folder: str, data: bytes, allowed: int) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(name)[:100]}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), _mode_of(name) & allowed)
            os.fsync(file.fileno())
        os.replace(temporary, name)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode_of(name: str) -> int:
    """Return the permissions a file has, or those a new one gets."""
    try:
        return os.stat(name).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask


def write_to(stream: Any, text: str) -> str | None:
    """Return a text, or write it to a stream if there is one; a stream of bytes gets UTF-8."""
    if stream is None:
        return text
    try:
        stream.write(text)
    except TypeError:
        stream.write(text.encode())
    return None
