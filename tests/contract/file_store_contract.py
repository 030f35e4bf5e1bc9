"""What every file store promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import pytest

from nemo_run_domain.errors import NotFoundError, StoreError
from nemo_run_domain.layout import JobFile


class FileStoreContract(ABC):
    """What every ``FileStore`` promises; subclass it and provide the fixtures."""

    @pytest.fixture
    @abstractmethod
    def files(self) -> Any:
        """Return the store."""

    @pytest.fixture
    @abstractmethod
    def folder(self) -> str:
        """Return the absolute path of a job folder that does not exist yet."""

    def test_what_is_written_can_be_read(self, files: Any, folder: str) -> None:
        files.write(folder, [JobFile(path="a", content=b"1"), JobFile(path="b/c/d.sh", content=b"2\x00\xff")])
        assert files.read(f"{folder}/a") == b"1"
        assert files.read(f"{folder}/b/c/d.sh") == b"2\x00\xff"

    def test_writing_again_replaces(self, files: Any, folder: str) -> None:
        files.write(folder, [JobFile(path="a", content=b"a long text"), JobFile(path="b", content=b"stays")])
        files.write(folder, [JobFile(path="a", content=b"short")])
        assert files.read(f"{folder}/a") == b"short"
        assert files.read(f"{folder}/b") == b"stays"

    def test_an_empty_file_is_a_file(self, files: Any, folder: str) -> None:
        files.write(folder, [JobFile(path="x/.keep", content=b"")])
        assert files.read(f"{folder}/x/.keep") == b""

    def test_names_may_hold_anything_but_a_slash(self, files: Any, folder: str) -> None:
        name = "Ünïcode $(x) 'quoted' *.sh"
        files.write(folder, [JobFile(path=name, content=b"1")])
        assert files.read(f"{folder}/{name}") == b"1"

    def test_a_missing_file_is_not_found(self, files: Any, folder: str) -> None:
        with pytest.raises(NotFoundError, match="nothing"):
            files.read(f"{folder}/nothing")

    @pytest.mark.parametrize("path", ["../a", "/etc/passwd", "a/../../b", ".", ""])
    def test_nothing_is_written_outside_the_folder(self, files: Any, folder: str, path: str) -> None:
        with pytest.raises(StoreError, match="inside"):
            files.write(folder, [JobFile(path="fine", content=b""), JobFile(path=path, content=b"")])
        with pytest.raises(NotFoundError):
            files.read(f"{folder}/fine")

    def test_a_removed_folder_is_gone(self, files: Any, folder: str) -> None:
        files.write(folder, [JobFile(path="a/b", content=b"1")])
        files.write(f"{folder}-other", [JobFile(path="c", content=b"2")])
        files.remove(folder)
        with pytest.raises(NotFoundError):
            files.read(f"{folder}/a/b")
        assert files.read(f"{folder}-other/c") == b"2"

    def test_removing_a_missing_folder_is_no_error(self, files: Any, folder: str) -> None:
        files.remove(folder)
        files.write(folder, [])
        files.remove(folder)
        files.remove(folder)
