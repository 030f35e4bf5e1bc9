"""Jobs in memory: how a script is played as time goes by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nemo_run_adapters.memory.request import MemoryPlan, PlannedJob
from nemo_run_application.ports.results import TaskResult
from nemo_run_domain.job import JobState, JobStatus, Reason

_GROUP_ENDED = JobStatus(
    state=JobState.CANCELLED, reason=Reason.GROUP_ENDED, message="another task of the group ended"
)


@dataclass(slots=True, kw_only=True)
class MemoryJob:
    """One job, as a test may look at it.

    Attributes:
        plan: Role, command and script.
        unit_id: Unit it belongs to.
        token: Of its submission.
        submitted_at: Seconds since the epoch.
        status: As of the last look at the clock.
        output: What it has printed.
        result: What its task returned or raised, once it has ended.
    """

    plan: PlannedJob
    unit_id: str
    token: str
    submitted_at: float
    status: JobStatus
    output: bytearray = field(default_factory=bytearray)
    result: TaskResult | None = None
    _printed: int = 0

    @property
    def native_id(self) -> str:
        """The cluster's own id."""
        return self.plan.native_id

    @property
    def due(self) -> float | None:
        """When it ends by itself; None: never."""
        script = self.plan.script
        return None if script.duration is None else self.submitted_at + script.duration * len(script.attempts)

    def advance(self, now: float) -> None:
        """Print what the attempts begun by ``now`` print, and end if it is time."""
        begun = self._attempts_begun(now)
        self.output += self.plan.script.log * (begun - self._printed)
        self._printed = begun
        if self.due is not None and self.due <= now:
            self.finish(self.plan.script.attempts[-1], self.due)
        else:
            self.status = replace(self.status, restarts=begun - 1)

    def finish(self, status: JobStatus, at: float) -> None:
        """End with a status."""
        script = self.plan.script
        self.status = replace(status, started_at=self.submitted_at, ended_at=at, restarts=self._printed - 1)
        left = {JobState.SUCCEEDED: script.success, JobState.FAILED: script.failure}
        self.result = self.result or left.get(status.state)

    def _attempts_begun(self, now: float) -> int:
        script = self.plan.script
        if script.duration is None:
            return 1
        if self.due is not None and self.due <= now:
            return len(script.attempts)
        return max(1, self._printed, int((now - self.submitted_at) // script.duration) + 1)


@dataclass(frozen=True, slots=True)
class MemoryGroup:
    """Jobs of one submission: the first to end takes the others with it.

    Attributes:
        jobs: In the order of the plan.
    """

    jobs: tuple[MemoryJob, ...]

    @classmethod
    def start(cls, plan: MemoryPlan, now: float) -> MemoryGroup:
        """Start the jobs of a plan."""
        running = JobStatus(state=JobState.RUNNING, started_at=now)
        group = cls(
            tuple(
                MemoryJob(plan=job, unit_id=plan.unit_id, token=plan.token, submitted_at=now, status=running)
                for job in plan.jobs
            )
        )
        group.settle(now)
        return group

    @property
    def native_ids(self) -> tuple[str, ...]:
        """Ids of the jobs."""
        return tuple(job.native_id for job in self.jobs)

    @property
    def running(self) -> list[MemoryJob]:
        """Jobs that have not ended."""
        return [job for job in self.jobs if not job.status.is_final]

    def settle(self, now: float) -> None:
        """Bring every job to where it is at ``now``."""
        running = self.running
        until = min((job.due for job in running if job.due is not None), default=now)
        for job in running:
            job.advance(min(until, now))
        self.stop_rest(min(until, now))

    def stop_rest(self, at: float) -> None:
        """End the jobs that still run, if one has ended."""
        running = self.running
        if len(running) < len(self.jobs):
            for job in running:
                job.finish(_GROUP_ENDED, at)
