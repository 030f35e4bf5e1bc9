"""A platform with ports of its own: a store in a dictionary of lines, a backend that calls functions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from nemo_run_adapters.memory.clock import FakeClock
from nemo_run_adapters.memory.reporter import RecordingReporter
from nemo_run_adapters.memory.store import MemoryExperimentStore, MemoryFileStore
from nemo_run_application.backends import Backend, BackendRegistry, ConnectContext, Connection
from nemo_run_application.events import JobChanged
from nemo_run_application.plan import PlanUnits
from nemo_run_application.ports.scheduler import Accepted, SubmitResult
from nemo_run_application.prepare import PrepareExperiment
from nemo_run_application.prepared import PreparedUnit
from nemo_run_application.run_state import RunState
from nemo_run_application.services import Connections, Services
from nemo_run_application.watch import WatchRun
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.job import JobHandle, JobState, JobStatus
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.unit import ExecutionUnit, UnitTask


@dataclass(kw_only=True)
class CallSettings(ExecutorSettings):
    """Where a platform calls one of its own functions."""

    function: Callable[[], object] = list


@dataclass(frozen=True, slots=True)
class CallPlan:
    """A function with the unit it stands for."""

    unit_id: str
    token: str
    function: Callable[[], object]
    planned: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"call {self.unit_id}"


@dataclass(slots=True)
class CallScheduler:
    """Calls functions when their units are submitted."""

    jobs: dict[str, JobStatus] = field(default_factory=dict)

    def plan(self, units: Sequence[PreparedUnit]) -> Sequence[CallPlan]:
        return [CallPlan(u.unit.id, u.token, getattr(u.unit.executor, "function")) for u in units]  # noqa: B009

    def submit(self, plans: Sequence[CallPlan]) -> Sequence[SubmitResult]:
        return [self._call(plan) for plan in plans]

    def _call(self, plan: CallPlan) -> SubmitResult:
        try:
            plan.function()
            status = JobStatus(state=JobState.SUCCEEDED, exit_code=0)
        except Exception as error:  # noqa: BLE001 - whatever a function raises is its outcome
            status = JobStatus(state=JobState.FAILED, exit_code=1, message=str(error))
        self.jobs[plan.token] = status
        return Accepted((JobHandle("call", plan.token),))

    def poll(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, JobStatus]:
        return {handle: self.jobs[handle.native_id] for handle in handles}

    def cancel(self, handles: Collection[JobHandle]) -> None:
        pass

    def find(self, tokens: Collection[str]) -> Mapping[str, tuple[JobHandle, ...]]:
        return {token: (JobHandle("call", token),) for token in tokens if token in self.jobs}

    def close(self) -> None:
        pass


@pytest.fixture
def services() -> Services:
    backend = Backend(
        name="call", settings=CallSettings, connect=lambda *_: Connection(scheduler=CallScheduler())
    )
    return Services(
        connections=Connections(BackendRegistry(lambda: [backend]), ConnectContext(home="/platform")),
        store=MemoryExperimentStore(),
        files=MemoryFileStore(),
        reporter=RecordingReporter(),
        clock=FakeClock(),
    )


def test_a_backend_of_a_few_lines_runs_a_pipeline(services: Services) -> None:
    called: list[str] = []

    def unit(name: str, *after: str, function: Callable[[], object] | None = None) -> ExecutionUnit:
        executor = CallSettings(function=function or (lambda: called.append(name)))
        task = UnitTask(id=name, task=ScriptTask(inline=name), executor=executor)
        return ExecutionUnit(id=name, tasks=(task,), after=frozenset(after))

    experiment = Experiment(
        id="p_1",
        title="p",
        directory="/platform/p_1",
        units=(
            unit("evaluate", "train"),
            unit("train", "data"),
            unit("data"),
            unit("broken", "data", function=lambda: 1 / 0),
            unit("publish", "broken", "evaluate"),
        ),
    )
    services.store.create(experiment.directory)
    planned = PlanUnits(services)(PrepareExperiment(services)(experiment))
    assert [str(p.plan) for p in planned[:2]] == ["call evaluate", "call train"]
    state = RunState(experiment, {p.unit.id: p for p in planned})
    watch = WatchRun(services, state)
    watch.start()
    assert watch.wait()
    assert called == ["data", "train", "evaluate"]
    assert {name: status.state.name for name, status in state.statuses.items()} == {
        "evaluate": "SUCCEEDED",
        "train": "SUCCEEDED",
        "data": "SUCCEEDED",
        "broken": "FAILED",
        "publish": "CANCELLED",
    }
    assert isinstance(services.reporter, RecordingReporter)
    assert len(services.reporter.of(JobChanged)) == 5
