"""Folders of this machine keep the contracts."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from clock_contract import ClockContract
from experiment_store_contract import ExperimentStoreContract
from file_store_contract import FileStoreContract

from nemo_run_adapters.clock import SystemClock
from nemo_run_adapters.store.experiments import FolderExperimentStore
from nemo_run_adapters.store.files import FolderFileStore


class TestFolderExperimentStore(ExperimentStoreContract):
    @pytest.fixture
    def store(self) -> FolderExperimentStore:
        return FolderExperimentStore()

    @pytest.fixture
    def home(self, tmp_path: Path) -> str:
        return str(tmp_path / "home" / "experiments")


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
