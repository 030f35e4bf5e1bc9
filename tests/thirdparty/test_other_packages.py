"""A backend in a package of its own needs one entry point and no change here."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nemo_run_adapters.memory.clock import FakeClock
from nemo_run_adapters.memory.plugin import backend as memory
from nemo_run_adapters.memory.reporter import RecordingReporter
from nemo_run_adapters.memory.settings import MemorySettings
from nemo_run_adapters.memory.store import MemoryExperimentStore, MemoryFileStore
from nemo_run_application.backends import Backend, BackendRegistry, ConnectContext
from nemo_run_application.plan import PlanUnits
from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.run_state import RunState
from nemo_run_application.services import Connections, Services
from nemo_run_application.watch import WatchRun
from nemo_run_domain.errors import InvalidConfigError, NotFoundError
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.job import JobState
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.unit import ExecutionUnit, UnitTask


def settings_of(module: str, name: str) -> Any:
    """Return a class of an installed package, as its user would import it."""
    return getattr(importlib.import_module(module), name)


def unit(name: str, executor: ExecutorSettings) -> ExecutionUnit:
    return ExecutionUnit(
        id=name, tasks=(UnitTask(id=name, task=ScriptTask(path="a.sh", args=("hi",)), executor=executor),)
    )


def run(*units: ExecutionUnit) -> RunState:
    """Run units to their end on whatever backends are installed."""
    services = Services(
        connections=Connections(BackendRegistry(), ConnectContext(home="/home")),
        store=MemoryExperimentStore(),
        files=MemoryFileStore(),
        reporter=RecordingReporter(),
        clock=FakeClock(),
    )
    experiment = Experiment(id="title_1", title="title", directory="/home/title_1", units=units)
    services.store.create(experiment.directory)
    planned = PlanUnits(services)(PrepareExperiment(services)(experiment))
    state = RunState(experiment, {p.unit.id: p for p in planned})
    watch = WatchRun(services, state)
    watch.start()
    assert watch.wait()
    return state


@pytest.mark.usefixtures("echo")
def test_a_package_is_discovered_without_being_named() -> None:
    registry = BackendRegistry()
    assert "echo_backend" not in sys.modules
    assert registry.named("echo").settings is settings_of("echo_backend", "EchoSettings")


@pytest.mark.usefixtures("echo")
def test_its_jobs_run() -> None:
    settings = settings_of("echo_backend", "EchoSettings")
    state = run(unit("one", settings()), unit("two", settings(loud=True)))
    assert {name: status.state for name, status in state.statuses.items()} == dict.fromkeys(
        ("one", "two"), JobState.SUCCEEDED
    )
    assert [status.message for status in state.statuses.values()] == ["bash a.sh hi", "BASH A.SH HI"]
    assert {handles[0].backend for handles in state.handles.values()} == {"echo"}


@pytest.mark.usefixtures("echo")
def test_a_subclass_of_its_settings_is_served() -> None:
    settings = settings_of("echo_backend", "EchoSettings")

    @dataclass(kw_only=True)
    class TeamSettings(settings):
        team: str = "red"

    assert run(unit("one", TeamSettings(loud=True))).statuses["one"].message == "BASH A.SH HI"


BROKEN = {
    "missing SDK": ("import no_such_sdk\n", "broken = broken_backend:backend", "no_such_sdk"),
    "no such name": ("", "broken = broken_backend:backend", "backend"),
    "no such module": ("", "broken = broken_elsewhere:backend", "broken_elsewhere"),
    "any error": ("1 / 0\n", "broken = broken_backend:backend", "division by zero"),
    "no descriptor": ("backend = 7\n", "broken = broken_backend:backend", "no Backend descriptor"),
    "a class": (
        "from nemo_run_application.backends import Backend as backend\n",
        "broken = broken_backend:backend",
        "no Backend descriptor",
    ),
}


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize(("module", "entry_point", "why"), BROKEN.values(), ids=BROKEN)
def test_a_broken_package_is_told_of_once_and_costs_nobody_else(
    install: Callable[..., Path], caplog: pytest.LogCaptureFixture, module: str, entry_point: str, why: str
) -> None:
    install("broken_backend", module, entry_point)
    registry = BackendRegistry()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            assert registry.for_executor(settings_of("echo_backend", "EchoSettings")()).name == "echo"
            with pytest.raises(NotFoundError, match="'broken'"):
                registry.named("broken")
    (record,) = caplog.records
    assert record.name == "nemo_run.backends"
    assert record.levelno == logging.WARNING
    assert "'broken'" in record.getMessage()
    assert why in record.getMessage()


def test_an_executor_that_nobody_serves_is_told_who_could() -> None:
    class Lonely(ExecutorSettings):
        pass

    with pytest.raises(InvalidConfigError, match=r"no backend serves Lonely.*nemo_run.backends"):
        BackendRegistry(source=lambda: [memory]).for_executor(Lonely())


def test_what_a_program_registers_wins_over_what_is_installed() -> None:
    mine = Backend(name="memory", settings=MemorySettings, connect=memory.connect)
    registry = BackendRegistry(source=lambda: [memory])
    registry.register(mine)
    assert registry.all()["memory"] is mine


@dataclass(kw_only=True)
class TunedSettings(MemorySettings):
    """Settings of a package that builds upon another backend."""


def test_the_nearest_base_class_wins_even_if_it_is_installed_later() -> None:
    tuned = Backend(name="tuned", settings=TunedSettings, connect=memory.connect)
    registry = BackendRegistry(source=lambda: [tuned])
    registry.register(memory)
    assert registry.for_executor(TunedSettings()) is tuned
