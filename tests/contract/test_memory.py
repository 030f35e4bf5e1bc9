"""The in-memory implementations keep the contracts."""

from __future__ import annotations

import functools
import importlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acts import Act, MakeUnit, prepared_unit
from clock_contract import ClockContract
from experiment_store_contract import ExperimentStoreContract
from file_store_contract import FileStoreContract
from log_source_contract import LogSourceContract
from notifier_contract import NotifierContract
from reporter_contract import RUN, ReporterContract
from results_contract import ResultsContract
from scheduler_contract import SchedulerContract
from task_codec_contract import TaskCodecContract

from nemo_run_adapters.memory.clock import FakeClock
from nemo_run_adapters.memory.cluster import MemoryCluster
from nemo_run_adapters.memory.reporter import RecordingReporter
from nemo_run_adapters.memory.scheduler import MemoryLogSource, MemoryResults, MemoryScheduler
from nemo_run_adapters.memory.settings import MemorySettings
from nemo_run_adapters.memory.store import MemoryExperimentStore, MemoryFileStore
from nemo_run_application.backends import Connection
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.errors import PackagingError, StoreError
from nemo_run_domain.task import CallableTask


def settings_for(act: Act) -> MemorySettings:
    return MemorySettings(
        outcome="FAILED" if act.exit_code else "SUCCEEDED",
        exit_code=act.exit_code,
        log=act.prints,
        auto=not act.stays,
        reject="no such program" if act.refused else "",
        fail_times=act.fail_times,
    )


class _MemoryUnits:
    @pytest.fixture
    def cluster(self) -> MemoryCluster:
        return MemoryCluster()

    @pytest.fixture
    def connection(self, cluster: MemoryCluster) -> Connection:
        return Connection(
            scheduler=MemoryScheduler(cluster),
            logs=MemoryLogSource(cluster),
            notifier=cluster.notifier,
            results=MemoryResults(cluster),
        )

    @pytest.fixture
    def make_unit(self, tmp_path: Path) -> MakeUnit:
        def make(*acts: Act, name: str = "job", token: str = "") -> PreparedUnit:
            return prepared_unit(tmp_path, [(settings_for(act), act) for act in acts], name=name, token=token)

        return make


class TestMemoryScheduler(_MemoryUnits, SchedulerContract):
    @pytest.fixture
    def connect(self, cluster: MemoryCluster) -> Callable[[], MemoryScheduler]:
        return lambda: MemoryScheduler(cluster)


class TestMemoryLogSource(_MemoryUnits, LogSourceContract):
    pass


class TestMemoryNotifier(_MemoryUnits, NotifierContract):
    pass


class TestMemoryResults(_MemoryUnits, ResultsContract):
    @pytest.fixture
    def returning(self, tmp_path: Path) -> Callable[[Any], PreparedUnit]:
        return lambda value: prepared_unit(
            tmp_path, [(MemorySettings(value=value), Act())], returns_value=True
        )

    @pytest.fixture
    def raising(self, tmp_path: Path) -> Callable[[str], PreparedUnit]:
        return lambda text: prepared_unit(
            tmp_path, [(MemorySettings(raises=text), Act())], returns_value=True
        )


class TestMemoryExperimentStore(ExperimentStoreContract):
    @pytest.fixture
    def store(self) -> MemoryExperimentStore:
        return MemoryExperimentStore()

    @pytest.fixture
    def home(self) -> str:
        return "/home/experiments"


class TestMemoryFileStore(FileStoreContract):
    @pytest.fixture
    def files(self) -> MemoryFileStore:
        return MemoryFileStore()

    @pytest.fixture
    def folder(self) -> str:
        return "/home/experiments/title/title_1/job"


class TestFakeClock(ClockContract):
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    def test_time_passes_only_when_told(self, clock: FakeClock) -> None:
        before = clock.now()
        assert clock.now() == before
        clock.advance(5)
        clock.sleep(1)
        clock.wait(threading.Event(), 2)
        assert clock.now() == before + 8
        assert clock.slept == [1, 2]


class TestRecordingReporter(ReporterContract):
    @pytest.fixture
    def reporter(self) -> RecordingReporter:
        return RecordingReporter()

    def test_events_are_kept_in_order(self, reporter: RecordingReporter) -> None:
        for event in RUN:
            reporter.emit(event)
        reporter.close()
        assert reporter.events == list(RUN)
        assert reporter.of(type(RUN[0])) == [RUN[0]]
        assert reporter.closed


class _Call(functools.partial[Any]):
    """A configured function that compares by value."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and (self.func, self.keywords) == (other.func, other.keywords)

    __hash__ = None  # type: ignore[assignment]


class _JsonCodec:
    """The smallest codec there can be: keeps the suite for codecs honest."""

    def encode(self, configured: _Call) -> CallableTask:
        names = [configured.func.__module__, configured.func.__qualname__]
        try:
            return CallableTask(target=":".join(names), payload=json.dumps([*names, configured.keywords]))
        except TypeError as error:
            raise PackagingError(f"{':'.join(names)}: {error}") from error

    def decode(self, task: CallableTask) -> _Call:
        try:
            module, name, keywords = json.loads(task.payload)
            return _Call(getattr(importlib.import_module(module), name), **keywords)
        except (ValueError, TypeError, ImportError, AttributeError) as error:
            raise StoreError(f"{task.target}: {error}") from error


class TestSmallestCodec(TaskCodecContract):
    @pytest.fixture
    def codec(self) -> _JsonCodec:
        return _JsonCodec()

    @pytest.fixture
    def configured(self) -> _Call:
        return _Call(json.dumps, indent=2)

    @pytest.fixture
    def stuck(self) -> _Call:
        return _Call(json.dumps, default=threading.Lock())

    @pytest.fixture
    def dangling(self) -> CallableTask:
        return CallableTask(target="json:gone", payload='["json", "gone", {}]')
