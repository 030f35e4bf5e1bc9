"""Experiments and job folders that live in this process."""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from nemo_run_adapters.clock import SystemClock
from nemo_run_application.ports.clock import Clock
from nemo_run_domain.errors import NotFoundError, StoreError
from nemo_run_domain.journal import Record
from nemo_run_domain.layout import JobFile


@dataclass(slots=True)
class _Folder:
    changed: float
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    records: list[Record] = field(default_factory=list[Record])


@dataclass(slots=True)
class MemoryExperimentStore:
    """Keeps experiments in a dictionary.

    Attributes:
        clock: Tells when folders change.
    """

    clock: Clock = field(default_factory=SystemClock)
    _folders: dict[str, _Folder] = field(init=False, default_factory=dict[str, _Folder])
    _held: set[str] = field(init=False, default_factory=set[str])
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def create(self, directory: str, *, exist_ok: bool = False) -> None:
        with self._lock:
            if directory in self._folders and not exist_ok:
                raise FileExistsError(directory)
            self._folders.setdefault(directory, _Folder(self.clock.now()))

    def write(self, directory: str, files: Mapping[str, bytes]) -> None:
        with self._lock:
            folder = self._known(directory)
            folder.files.update(files)
            folder.changed = self.clock.now()

    def read(self, directory: str, name: str) -> bytes | None:
        folder = self._folders.get(directory)
        return None if folder is None else folder.files.get(name)

    def append(self, directory: str, records: Sequence[Record], *, sync: bool = True) -> None:
        with self._lock:
            self._known(directory).records += records

    def journal(self, directory: str) -> list[Record]:
        folder = self._folders.get(directory)
        return [] if folder is None else list(folder.records)

    def journal_since(self, directory: str, position: int) -> tuple[list[Record], int]:
        folder = self._folders.get(directory)
        new = [] if folder is None else folder.records[position:]
        return new, position + len(new)

    def hold(self, directory: str) -> Callable[[], None] | None:
        with self._lock:
            self._known(directory)
            if directory in self._held:
                return None
            self._held.add(directory)
        return lambda: self._held.discard(directory)

    def is_held(self, directory: str) -> bool:
        return directory in self._held

    def exists(self, directory: str) -> bool:
        return bool(self._below(directory)) or directory in self._folders

    def names(self, directory: str) -> list[str]:
        found = {path[len(directory) + 1 :].partition("/")[0] for path in self._below(directory)}
        return sorted(name for name in found if not name.startswith("."))

    def created(self, directory: str) -> float:
        if directory not in self._folders:
            raise NotFoundError(f"there is no experiment in {directory!r}")
        return self._folders[directory].changed

    def delete(self, directory: str, *, prune_parent: bool = False) -> None:
        with self._lock:
            for path in [directory, *self._below(directory)]:
                self._folders.pop(path, None)

    def _known(self, directory: str) -> _Folder:
        if directory not in self._folders:
            raise StoreError(f"cannot write {directory!r}: there is no such folder")
        return self._folders[directory]

    def _below(self, directory: str) -> list[str]:
        return [path for path in list(self._folders) if path.startswith(f"{directory}/")]


@dataclass(slots=True)
class MemoryFileStore:
    """Keeps job folders in a dictionary.

    Attributes:
        files: Absolute path -> file.
    """

    files: dict[str, JobFile] = field(default_factory=dict[str, JobFile])

    def write(self, folder: str, files: Collection[JobFile]) -> None:
        placed = {posixpath.normpath(posixpath.join(folder, file.path)): file for file in files}
        for path, file in placed.items():
            if not path.startswith(f"{folder}/"):
                raise StoreError(f"file {file.path!r} would not be inside the job folder {folder!r}")
        self.files.update(placed)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise NotFoundError(f"there is no file {path!r}")
        return self.files[path].content

    def remove(self, folder: str) -> None:
        for path in [path for path in list(self.files) if path.startswith(f"{folder}/")]:
            self.files.pop(path, None)
