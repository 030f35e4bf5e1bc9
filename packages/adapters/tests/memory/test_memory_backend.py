"""The in-memory backend: scripted endings, driving by hand, and what a test may look at."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest

from nemo_run_adapters.memory.clock import FakeClock
from nemo_run_adapters.memory.cluster import MemoryCluster
from nemo_run_adapters.memory.plugin import backend
from nemo_run_adapters.memory.scheduler import MemoryLogSource, MemoryResults, MemoryScheduler
from nemo_run_adapters.memory.settings import MemorySettings
from nemo_run_application.backends import ConnectContext
from nemo_run_application.ports.log_source import LogStream
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.ports.scheduler import Accepted, Refused
from nemo_run_application.prepared import PreparedTask, PreparedUnit
from nemo_run_domain.command import Command
from nemo_run_domain.errors import (
    BackendUnavailableError,
    InvalidConfigError,
    NotFoundError,
    SubmissionRejectedError,
    WaitTimeoutError,
)
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason
from nemo_run_domain.launcher import LauncherSettings
from nemo_run_domain.task import ScriptTask
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask

START = 1_700_000_000.0


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster(clock=FakeClock(START))


@pytest.fixture
def scheduler(cluster: MemoryCluster) -> MemoryScheduler:
    return MemoryScheduler(cluster)


def unit(*executors: ExecutorSettings, nodes: int = 1, retries: int = 0) -> PreparedUnit:
    names = [f"task {number}" for number in range(len(executors))]
    where = Topology(nodes=nodes)
    tasks = [
        UnitTask(id=name, task=ScriptTask(inline="x"), executor=executor, topology=where)
        for name, executor in zip(names, executors, strict=True)
    ]
    prepared = [
        PreparedTask(
            id=name,
            command=Command(argv=("bash", "x y.sh"), env={"API_KEY": "hidden"}),
            files=(),
            retries=retries,
            launcher=LauncherSettings(),
            topology=where,
        )
        for name in names
    ]
    return PreparedUnit(
        unit=ExecutionUnit(id="job", tasks=tuple(tasks)),
        experiment_id="title_1",
        title="title",
        job_dir="/job",
        token=secrets.token_hex(8),
        tasks=tuple(prepared),
    )


@pytest.fixture
def start(scheduler: MemoryScheduler) -> Callable[..., Any]:
    def start(*executors: ExecutorSettings, **more: Any) -> Any:
        (result,) = scheduler.submit(scheduler.plan([unit(*executors, **more)]))
        assert isinstance(result, Accepted)
        return result.handles if len(executors) > 1 else result.handles[0]

    return start


def test_by_default_a_job_succeeds_at_once(scheduler: MemoryScheduler, start: Any) -> None:
    handle = start(MemorySettings())
    assert scheduler.poll([handle])[handle] == JobStatus(
        state=JobState.SUCCEEDED, exit_code=0, started_at=START, ended_at=START
    )


@pytest.mark.parametrize(
    ("settings", "state", "exit_code", "reason"),
    [
        (MemorySettings(outcome="FAILED"), JobState.FAILED, 1, Reason.ERROR),
        (
            MemorySettings(outcome="FAILED", exit_code=137, reason="out of memory"),
            JobState.FAILED,
            137,
            Reason.OUT_OF_MEMORY,
        ),
        (MemorySettings(outcome="CANCELLED"), JobState.CANCELLED, None, Reason.CANCELLED),
        (MemorySettings(raises="boom"), JobState.FAILED, 1, Reason.ERROR),
        (MemorySettings(fail_times=1), JobState.FAILED, 1, Reason.ERROR),
    ],
)
def test_the_end_is_scripted(
    scheduler: MemoryScheduler, start: Any, settings: Any, state: JobState, exit_code: int, reason: Reason
) -> None:
    handle = start(settings)
    status = scheduler.poll([handle])[handle]
    assert (status.state, status.exit_code, status.reason) == (state, exit_code, reason)


def test_a_duration_passes_on_the_clock(
    cluster: MemoryCluster, scheduler: MemoryScheduler, start: Any
) -> None:
    handle = start(MemorySettings(duration=10.0, log="try\n", fail_times=2), retries=2)
    seen = []
    for _ in range(4):
        status = scheduler.poll([handle])[handle]
        seen.append((status.state, status.restarts, cluster.job(handle.native_id).output.count(b"try")))
        cluster.clock.sleep(10.0)
    running, done = JobState.RUNNING, JobState.SUCCEEDED
    assert seen == [(running, 0, 1), (running, 1, 2), (running, 2, 3), (done, 2, 3)]
    assert scheduler.poll([handle])[handle].ended_at == START + 30


def test_a_reject_is_refused(scheduler: MemoryScheduler, cluster: MemoryCluster) -> None:
    (result,) = scheduler.submit(scheduler.plan([unit(MemorySettings(reject="quota used up"))]))
    assert isinstance(result, Refused)
    assert isinstance(result.error, SubmissionRejectedError)
    assert str(result.error) == "quota used up"
    assert cluster.jobs == []


def test_jobs_can_be_driven_by_hand(cluster: MemoryCluster, scheduler: MemoryScheduler, start: Any) -> None:
    handle = start(MemorySettings(auto=False, log="ready\n"))
    cluster.clock.sleep(1e9)
    assert scheduler.poll([handle])[handle].state is JobState.RUNNING
    cluster.write(handle.native_id, "more\n")
    cluster.finish(handle.native_id, "FAILED", 9, reason="node failure", result=TaskResult(value=7))
    cluster.finish(handle.native_id, JobState.SUCCEEDED, result=TaskResult(value=8))
    status = scheduler.poll([handle])[handle]
    assert (status.state, status.exit_code, status.reason) == (JobState.FAILED, 9, Reason.NODE_FAILURE)
    assert MemoryResults(cluster).fetch([handle]) == {handle: TaskResult(value=7)}
    assert cluster.job(handle.native_id).output == b"ready\nmore\n"


def test_the_first_to_end_takes_its_group_with_it(scheduler: MemoryScheduler, start: Any) -> None:
    handles = start(MemorySettings(duration=5), MemorySettings(), MemorySettings(auto=False))
    states = [(s.state, s.reason) for s in scheduler.poll(handles).values()]
    gone = (JobState.CANCELLED, Reason.GROUP_ENDED)
    assert states == [gone, (JobState.SUCCEEDED, None), gone]


def test_every_replica_has_its_stream(cluster: MemoryCluster, start: Any) -> None:
    handle = start(MemorySettings(log="hello\n"), nodes=2)
    logs = MemoryLogSource(cluster)
    streams = logs.streams([handle])[handle]
    assert streams == (LogStream(handle, "task 0", 0), LogStream(handle, "task 0", 1))
    assert [c.data for c in logs.read(dict.fromkeys(streams, "")).values()] == [b"hello\n", b"hello\n"]


def test_an_unreachable_cluster_is_unavailable(
    cluster: MemoryCluster, scheduler: MemoryScheduler, start: Any
) -> None:
    handle = start(MemorySettings())
    cluster.reachable = False
    plans = scheduler.plan([unit(MemorySettings())])
    calls = [
        lambda: scheduler.submit(plans),
        lambda: scheduler.poll([handle]),
        lambda: scheduler.cancel([handle]),
        lambda: scheduler.find([plans[0].token]),
        lambda: MemoryLogSource(cluster).read({LogStream(handle, "x"): ""}),
    ]
    for call in calls:
        with pytest.raises(BackendUnavailableError):
            call()
    cluster.clear()
    assert cluster.jobs == []
    assert scheduler.poll([handle])[handle].state is JobState.UNKNOWN


def test_a_test_can_wait_for_submissions(cluster: MemoryCluster, start: Any) -> None:
    thread = threading.Thread(target=start, args=(MemorySettings(),))
    thread.start()
    (job,) = cluster.wait_for_jobs(1)
    thread.join()
    assert (job.unit_id, job.plan.role, job.plan.command.argv) == ("job", "task 0", ("bash", "x y.sh"))
    with pytest.raises(WaitTimeoutError, match="1 of 2"):
        cluster.wait_for_jobs(2, timeout=0)


@pytest.mark.parametrize("call", ["job", "finish", "write"])
def test_an_unknown_job_is_not_found(cluster: MemoryCluster, call: str) -> None:
    arguments = ("nobody", "text") if call == "write" else ("nobody",)
    with pytest.raises(NotFoundError, match="nobody"):
        getattr(cluster, call)(*arguments)


@pytest.mark.parametrize(
    "executor",
    [
        MemorySettings(outcome="RUNNING"),
        MemorySettings(reason="bad luck"),
        MemorySettings(duration=-1),
        MemorySettings(fail_times=-1),
        ExecutorSettings(),
    ],
)
def test_settings_that_make_no_sense_are_named(
    scheduler: MemoryScheduler, executor: ExecutorSettings
) -> None:
    with pytest.raises(InvalidConfigError, match="'task 0'"):
        scheduler.plan([unit(executor)])


def test_the_dry_run_tells_what_is_played(scheduler: MemoryScheduler) -> None:
    (plan,) = scheduler.plan([unit(MemorySettings(outcome="FAILED", duration=1.5), retries=1)])
    assert str(plan).splitlines() == [
        f"# {plan.planned[0]}: 2 attempt(s), 1.5 s each, then FAILED",
        "export API_KEY='********'",
        "bash 'x y.sh'",
    ]
    assert "ended by hand" in str(scheduler.plan([unit(MemorySettings(auto=False))])[0])


def test_the_descriptor_connects_to_the_cluster_of_the_process() -> None:
    from nemo_run_adapters.memory.cluster import cluster

    connection = backend.connect(ConnectContext(home="/home"), MemorySettings())
    (result,) = connection.scheduler.submit(connection.scheduler.plan([unit(MemorySettings(value=3))]))
    assert connection.results is not None
    assert connection.results.fetch(result.handles) == {result.handles[0]: TaskResult(value=3)}
    assert JobHandle("memory", cluster.jobs[-1].native_id) == result.handles[0]
    cluster.clear()
