"""Experiments as folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from nemo_run_adapters.store.journal_file import append_records, hold_journal, is_journal_held
from nemo_run_adapters.store.private import NewFile, make_folder, put_files, remove_tree, store_errors
from nemo_run_adapters.store.trust import read_trusted
from nemo_run_domain.errors import NotFoundError
from nemo_run_domain.journal import Record, parse_lines
from nemo_run_domain.layout import JOURNAL_FILE


class FolderExperimentStore:
    """Keeps each experiment in a folder: folders 0700, files 0600, replaced whole and synced."""

    def create(self, directory: str, *, exist_ok: bool = False) -> None:
        with store_errors("make", directory, let=None if exist_ok else FileExistsError):
            make_folder(directory, exist_ok=exist_ok, sync=True)

    def write(self, directory: str, files: Mapping[str, bytes]) -> None:
        put_files([NewFile(os.path.join(directory, n), content) for n, content in files.items()], sync=True)

    def read(self, directory: str, name: str) -> bytes | None:
        path = os.path.join(directory, name)
        with store_errors("read", path):
            return read_trusted(path)

    def append(self, directory: str, records: Sequence[Record], *, sync: bool = True) -> None:
        path = os.path.join(directory, JOURNAL_FILE)
        with store_errors("write", path):
            append_records(path, records, sync=sync)

    def journal(self, directory: str) -> list[Record]:
        content = self.read(directory, JOURNAL_FILE)
        return [] if content is None else parse_lines(content.decode("utf-8", "replace"))

    def journal_since(self, directory: str, position: int) -> tuple[list[Record], int]:
        path = os.path.join(directory, JOURNAL_FILE)
        with store_errors("read", path):
            content = read_trusted(path, start=position) or b""
        whole = content[: content.rfind(b"\n") + 1]
        return parse_lines(whole.decode("utf-8", "replace")), position + len(whole)

    def hold(self, directory: str) -> Callable[[], None] | None:
        path = os.path.join(directory, JOURNAL_FILE)
        with store_errors("open", path):
            return hold_journal(path)

    def is_held(self, directory: str) -> bool:
        path = os.path.join(directory, JOURNAL_FILE)
        with store_errors("open", path):
            return is_journal_held(path)

    def exists(self, directory: str) -> bool:
        return os.path.isdir(directory)

    def names(self, directory: str) -> list[str]:
        with store_errors("list", directory):
            try:
                with os.scandir(directory) as entries:
                    found = [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted(found)

    def created(self, directory: str) -> float:
        with store_errors("read", directory):
            try:
                return os.stat(directory).st_mtime
            except FileNotFoundError:
                raise NotFoundError(f"there is no experiment in {directory!r}") from None

    def delete(self, directory: str, *, prune_parent: bool = False) -> None:
        with store_errors("delete", directory):
            remove_tree(directory)
        if prune_parent:
            with suppress(OSError):  # it holds other experiments
                os.rmdir(os.path.dirname(directory))
