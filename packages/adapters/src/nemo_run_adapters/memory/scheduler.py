"""The ports of the in-memory backend; the cluster does the work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nemo_run_adapters.memory.cluster import MemoryCluster
from nemo_run_adapters.memory.job import MemoryJob
from nemo_run_adapters.memory.request import MemoryPlan, plan_unit
from nemo_run_application.ports.log_source import LogChunk, LogStream
from nemo_run_application.ports.results import TaskResult
from nemo_run_application.ports.scheduler import Accepted, Refused, SubmitResult
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.errors import SubmissionRejectedError
from nemo_run_domain.job import JobHandle, JobState, JobStatus

NAME = "memory"

_UNKNOWN = JobStatus(state=JobState.UNKNOWN)
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class MemoryScheduler:
    """Runs nothing; jobs end as their settings say."""

    cluster: MemoryCluster

    def plan(self, units: Sequence[PreparedUnit]) -> Sequence[MemoryPlan]:
        return [plan_unit(unit) for unit in units]

    def submit(self, plans: Sequence[MemoryPlan]) -> Sequence[SubmitResult]:
        self.cluster.check_reachable()
        return [self._submit(plan) for plan in plans]

    def _submit(self, plan: MemoryPlan) -> SubmitResult:
        if plan.reject:
            return Refused(SubmissionRejectedError(plan.reject))
        return Accepted(_handles(self.cluster.submit(plan)))

    def poll(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, JobStatus]:
        jobs = _jobs(self.cluster, handles)
        return {handle: jobs[handle].status if handle in jobs else _UNKNOWN for handle in handles}

    def cancel(self, handles: Collection[JobHandle]) -> None:
        self.cluster.check_reachable()
        self.cluster.cancel(_ours(handles))

    def find(self, tokens: Collection[str]) -> Mapping[str, tuple[JobHandle, ...]]:
        self.cluster.check_reachable()
        return {token: _handles(ids) for token in tokens if (ids := self.cluster.native_ids(token))}

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class MemoryLogSource:
    """Output of in-memory jobs; every replica prints the same."""

    cluster: MemoryCluster

    def streams(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, tuple[LogStream, ...]]:
        return {handle: _streams(handle, job) for handle, job in _jobs(self.cluster, handles).items()}

    def read(self, cursors: Mapping[LogStream, str]) -> Mapping[LogStream, LogChunk]:
        jobs = _jobs(self.cluster, {stream.handle for stream in cursors})
        return {s: _chunk(_output(jobs, s), cursor) for s, cursor in cursors.items()}

    def tail(self, streams: Collection[LogStream], size: int) -> Mapping[LogStream, bytes]:
        jobs = _jobs(self.cluster, {stream.handle for stream in streams})
        return {
            s: bytes(output[max(0, len(output) - size) :]) for s in streams if (output := _output(jobs, s))
        }


@dataclass(frozen=True, slots=True)
class MemoryResults:
    """Values of in-memory jobs."""

    cluster: MemoryCluster

    def fetch(
        self, handles: Collection[JobHandle], *, trusted: bool = True
    ) -> Mapping[JobHandle, TaskResult]:
        jobs = _jobs(self.cluster, handles)
        found = {handle: job.result for handle, job in jobs.items() if job.result is not None}
        return found if trusted else {handle: _untouched(result) for handle, result in found.items()}


def _untouched(result: TaskResult) -> TaskResult:
    """Return a result without objects whose code would have to be imported elsewhere."""
    if _is_builtin(result.value):
        return result
    kind = type(result.value)
    return replace(result, value=f"<value that needs {kind.__module__}.{kind.__qualname__}, not loaded>")


def _is_builtin(value: Any) -> bool:
    if type(value) is dict:
        return all(_is_builtin(part) for item in value.items() for part in item)
    if type(value) in (list, tuple, set, frozenset):
        return all(map(_is_builtin, value))
    return value is None or type(value) in (bool, int, float, str, bytes)


def _jobs(cluster: MemoryCluster, handles: Collection[JobHandle]) -> dict[JobHandle, MemoryJob]:
    cluster.check_reachable()
    return {JobHandle(NAME, job.native_id): job for job in cluster.look_up(_ours(handles))}


def _ours(handles: Collection[JobHandle]) -> list[str]:
    return [handle.native_id for handle in handles if handle.backend == NAME]


def _handles(native_ids: Collection[str]) -> tuple[JobHandle, ...]:
    return tuple(JobHandle(NAME, native_id) for native_id in native_ids)


def _streams(handle: JobHandle, job: MemoryJob) -> tuple[LogStream, ...]:
    return tuple(LogStream(handle, job.plan.role, replica) for replica in range(job.plan.replicas))


def _output(jobs: Mapping[JobHandle, MemoryJob], stream: LogStream) -> bytearray:
    job = jobs.get(stream.handle)
    return job.output if job is not None and job.plan.role == stream.role else bytearray()


def _chunk(output: bytearray, cursor: str) -> LogChunk:
    """Return what stands behind ``cursor``, a number of bytes."""
    start = int(cursor or "0")
    data = bytes(output[start : start + _CHUNK_BYTES])
    return LogChunk(data, str(start + len(data)))
