"""Files that hold profiles: that of the home folder, then that of the project."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemo_run._lazy import LazyModule
from nemo_run._own_files import own_parents
from nemo_run.config import get_nemorun_home
from nemo_run_domain.errors import InvalidConfigError

if TYPE_CHECKING:
    from nemo_run import _bootstrap
    from nemo_run._data import formats
    from nemo_run._data.document import Document
else:
    _bootstrap = LazyModule("nemo_run._bootstrap")
    formats = LazyModule("nemo_run._data.formats")

STEM = "executors"
SUFFIXES = (".toml", ".yaml", ".yml", ".json")
PROJECT_FOLDER = ".nemo_run"
DEFAULTS = "defaults"


@dataclass(frozen=True, eq=False)
class ProfileFile:
    """One file of profiles.

    Attributes:
        path: Absolute.
        tables: Name of a profile -> its table, in the order of the file.
        defaults: What is below every profile of this file.
        document: What was read, for the numbers of lines.
    """

    path: str
    tables: Mapping[str, Mapping[str, Any]]
    defaults: Mapping[str, Any]
    document: Document

    def where(self, *steps: str) -> str:
        """Return ``path, line 3`` of what is at ``steps``, or of what is around it."""
        line = self.document.line_of(steps)
        return self.path if line is None else f"{self.path}, line {line}"


def load() -> list[ProfileFile]:
    """Return the files there are, that of the home folder first.

    Raises:
        InvalidConfigError: A file cannot be understood, or two stand side by side.
        UntrustedFileError: Others own a file or may write to it.
    """
    return [_read(path) for path in find()]


def find() -> list[str]:
    """Return the paths of the files there are, that of the home folder first.

    The project's is looked for in ``.nemo_run`` of the current folder and of its parents, as far as
    they belong to this user.

    Raises:
        InvalidConfigError: Two stand side by side.
    """
    home = os.path.abspath(get_nemorun_home())
    found = [_one_in(home)]
    found += [_one_in(folder) for folder in _project_folders() if not _is_same(folder, home)][:1]
    return [path for path in found if path]


def _one_in(folder: str) -> str:
    paths = [os.path.join(folder, STEM + suffix) for suffix in SUFFIXES]
    there = [path for path in paths if _exists(path)]
    if len(there) > 1:
        raise InvalidConfigError(
            f"{' and '.join(there)} both hold executors, and only one is read; put all into one of them"
        )
    return there[0] if there else ""


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:  # what cannot be seen is not just missing
        raise InvalidConfigError(f"cannot look for executors in {path}: {error.strerror}") from error
    return True


def _project_folders() -> Iterator[str]:
    """Yield the folders above that hold settings, the nearest first."""
    try:
        here = os.getcwd()
    except FileNotFoundError:  # somebody deleted it
        return
    for folder in own_parents(here):
        candidate = os.path.join(folder, PROJECT_FOLDER)
        if any(os.path.lexists(os.path.join(candidate, STEM + suffix)) for suffix in SUFFIXES):
            yield candidate


def _is_same(folder: str, other: str) -> bool:
    return os.path.realpath(folder) == os.path.realpath(other)


def _read(path: str) -> ProfileFile:
    try:
        text = _bootstrap.read_trusted(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidConfigError(f"{path} is not in UTF-8: {error}") from error
    document = formats.read(text, formats.format_of(path), source=path)
    tables = {} if document.data is None else document.data
    if not isinstance(tables, Mapping):
        raise InvalidConfigError(f"{path} must hold a table for each executor, not a {type(tables).__name__}")
    for name, table in tables.items():
        if not isinstance(name, str):
            raise InvalidConfigError(f"{path}: the name of an executor must be a text, not {name!r}")
        if not isinstance(table, Mapping) or not all(isinstance(key, str) for key in table):
            raise InvalidConfigError(f"{path}: executor {name!r} must be a table of fields")
    named = {name: table for name, table in tables.items() if name != DEFAULTS}
    return ProfileFile(path=path, tables=named, defaults=tables.get(DEFAULTS, {}), document=document)
