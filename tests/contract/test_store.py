"""Folders of this machine keep the contracts."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from clock_contract import ClockContract
from experiment_store_contract import RECORDS, ExperimentStoreContract
from file_store_contract import FileStoreContract

from nemo_run_adapters.clock import SystemClock
from nemo_run_adapters.store.experiments import FolderExperimentStore
from nemo_run_adapters.store.files import FolderFileStore
from nemo_run_domain.journal import render_line
from nemo_run_domain.layout import JOURNAL_FILE


class TestFolderExperimentStore(ExperimentStoreContract):
    @pytest.fixture
    def store(self) -> FolderExperimentStore:
        return FolderExperimentStore()

    @pytest.fixture
    def home(self, tmp_path: Path) -> str:
        return str(tmp_path / "home" / "experiments")

    def test_a_line_that_is_being_written_comes_later(
        self, store: FolderExperimentStore, directory: str
    ) -> None:
        line = render_line(RECORDS[0])
        with (Path(directory) / JOURNAL_FILE).open("a") as journal:
            journal.write(line[:10])
            journal.flush()
            assert store.journal_since(directory, 0) == ([], 0)
            journal.write(line[10:])
        records, position = store.journal_since(directory, 0)
        assert (records, position) == ([RECORDS[0]], len(line))


class TestFolderFileStore(FileStoreContract):
    @pytest.fixture
    def files(self) -> FolderFileStore:
        return FolderFileStore()

    @pytest.fixture
    def folder(self, tmp_path: Path) -> str:
        return str(tmp_path / "experiments" / "title" / "title_1" / "job")


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()

    def test_another_thread_ends_the_wait(self, clock: SystemClock) -> None:
        event = threading.Event()
        setter = threading.Thread(target=event.set)
        setter.start()
        assert clock.wait(event, 60.0) is True
        setter.join()
