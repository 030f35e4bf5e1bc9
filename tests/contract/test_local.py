"""Processes of this machine keep the contracts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acts import Act, MakeUnit, prepared_unit
from log_source_contract import LogSourceContract
from notifier_contract import NotifierContract
from results_contract import ResultsContract
from scheduler_contract import SchedulerContract

from nemo_run_adapters.local.plugin import backend
from nemo_run_adapters.local.scheduler import LocalScheduler
from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_adapters.runner.task_runner import describe_value
from nemo_run_application.backends import ConnectContext, Connection
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.command import Command


def connect_to(home: Path) -> Connection:
    return backend.connect(ConnectContext(home=str(home)), LocalSettings())


def leaves(folder: Path, record: dict[str, Any]) -> PreparedUnit:
    """Prepare a task that leaves ``record`` as its result, as the task runner does."""
    unit = prepared_unit(folder, [(LocalSettings(), Act())], returns_value=True)
    script = 'printf %s "$0" > "$NEMORUN_RESULT_FILE"'
    command = Command(argv=("bash", "-c", script, json.dumps(record)))
    return replace(unit, tasks=(replace(unit.tasks[0], command=command),))


class _LocalUnits:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        return tmp_path / "home"

    @pytest.fixture
    def connection(self, home: Path) -> Iterator[Connection]:
        connection = connect_to(home)
        yield connection
        connection.scheduler.close()

    @pytest.fixture
    def make_unit(self, tmp_path: Path) -> MakeUnit:
        def make(*acts: Act, name: str = "job", token: str = "") -> PreparedUnit:
            return prepared_unit(tmp_path, [(LocalSettings(), act) for act in acts], name=name, token=token)

        return make


class TestLocalScheduler(_LocalUnits, SchedulerContract):
    @pytest.fixture
    def connect(self, home: Path) -> Callable[[], LocalScheduler]:
        return lambda: connect_to(home).scheduler  # type: ignore[return-value]


class TestLocalLogSource(_LocalUnits, LogSourceContract):
    pass


class TestLocalNotifier(_LocalUnits, NotifierContract):
    pass


class TestLocalResults(_LocalUnits, ResultsContract):
    @pytest.fixture
    def returning(self, tmp_path: Path) -> Callable[[Any], PreparedUnit]:
        return lambda value: leaves(tmp_path, describe_value(value))

    @pytest.fixture
    def raising(self, tmp_path: Path) -> Callable[[str], PreparedUnit]:
        error = {"kind": "exception", "type": "builtins.RuntimeError", "traceback": "Traceback ..."}
        return lambda text: leaves(tmp_path, {**error, "message": text})
