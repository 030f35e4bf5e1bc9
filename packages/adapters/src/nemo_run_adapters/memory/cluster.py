"""The place where in-memory jobs live: they play their scripts, or are driven by hand."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from nemo_run_adapters.clock import SystemClock
from nemo_run_adapters.memory.job import MemoryGroup, MemoryJob
from nemo_run_adapters.memory.notifier import MemoryNotifier
from nemo_run_adapters.memory.request import MemoryPlan, ending
from nemo_run_application.ports.clock import Clock
from nemo_run_application.ports.results import TaskResult
from nemo_run_domain.errors import BackendUnavailableError, NotFoundError, WaitTimeoutError
from nemo_run_domain.job import JobState, JobStatus, Reason


@dataclass(slots=True)
class MemoryCluster:
    """Jobs of this process; may be used from several threads.

    Attributes:
        clock: What ``duration`` is measured with.
        reachable: False: every request fails as if the network were down.
        notifier: Tells of submitted, printing and ended jobs.
    """

    clock: Clock = field(default_factory=SystemClock)
    reachable: bool = True
    notifier: MemoryNotifier = field(default_factory=MemoryNotifier)
    _groups: dict[str, MemoryGroup] = field(init=False, default_factory=dict[str, MemoryGroup])
    _jobs: dict[str, MemoryJob] = field(init=False, default_factory=dict[str, MemoryJob])
    _changed: threading.Condition = field(init=False, default_factory=threading.Condition)

    @property
    def jobs(self) -> list[MemoryJob]:
        """All jobs in the order of their submission."""
        return self.look_up(list(self._jobs))

    def job(self, native_id: str) -> MemoryJob:
        """Return one job.

        Raises:
            NotFoundError: There is none of that id; lists the ones there are.
        """
        if found := self.look_up([native_id]):
            return found[0]
        raise NotFoundError(f"no job is called {native_id!r}; there are {list(self._jobs)}")

    def wait_for_jobs(self, count: int, *, timeout: float = 30.0) -> list[MemoryJob]:
        """Return all jobs once ``count`` were submitted.

        Raises:
            WaitTimeoutError: There are fewer after ``timeout`` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._jobs) >= count, timeout):
                raise WaitTimeoutError(f"{len(self._jobs)} of {count} jobs were submitted in {timeout:g} s")
        return self.jobs

    def write(self, native_id: str, text: str) -> None:
        """Let a job print something.

        Raises:
            NotFoundError: There is no job of that id.
        """
        job = self.job(native_id)
        with self._changed:
            job.output += text.encode()
        self.notifier.notify()

    def finish(
        self,
        native_id: str,
        state: JobState | str = JobState.SUCCEEDED,
        exit_code: int | None = None,
        *,
        reason: Reason | str | None = None,
        result: TaskResult | None = None,
    ) -> None:
        """End a job now, and the rest of its group with it; an ended job stays as it is.

        Raises:
            NotFoundError: There is no job of that id.
        """
        job = self.job(native_id)
        with self._changed:
            if job in self._groups[job.token].running and result is not None:
                job.result = result
        self._end([job], ending(JobState[str(state)], exit_code, reason))

    def cancel(self, native_ids: Collection[str]) -> None:
        """End those jobs that still run, and their groups with them."""
        self._end(self.look_up(native_ids), ending(JobState.CANCELLED))

    def clear(self) -> None:
        """Forget all jobs, and be reachable."""
        with self._changed:
            self._groups.clear()
            self._jobs.clear()
            self.reachable = True
        self.notifier.notify()

    def submit(self, plan: MemoryPlan) -> tuple[str, ...]:
        """Start the jobs of a plan unless its token was seen before; returns their native ids."""
        with self._changed:
            if plan.token not in self._groups:
                self._groups[plan.token] = MemoryGroup.start(plan, self.clock.now())
                self._jobs.update({job.native_id: job for job in self._groups[plan.token].jobs})
                self._changed.notify_all()
        self.notifier.notify()
        return self.native_ids(plan.token)

    def native_ids(self, token: str) -> tuple[str, ...]:
        """Return the jobs of a submission; none where it never arrived."""
        group = self._groups.get(token)
        return () if group is None else group.native_ids

    def look_up(self, native_ids: Collection[str]) -> list[MemoryJob]:
        """Return the jobs there are among these, as they are by now."""
        with self._changed:
            found = [self._jobs[native_id] for native_id in native_ids if native_id in self._jobs]
            now = self.clock.now()
            for token in {job.token for job in found}:
                self._groups[token].settle(now)
        return found

    def check_reachable(self) -> None:
        """Stand for the network.

        Raises:
            BackendUnavailableError: ``reachable`` is false.
        """
        if not self.reachable:
            raise BackendUnavailableError("the in-memory cluster was made unreachable")

    def _end(self, jobs: Collection[MemoryJob], status: JobStatus) -> None:
        with self._changed:
            now = self.clock.now()
            for job in jobs:
                if not job.status.is_final:
                    job.finish(status, now)
            for job in jobs:
                self._groups[job.token].stop_rest(now)
        self.notifier.notify()


cluster = MemoryCluster()
"""The cluster that every ``MemorySettings`` of this process runs on."""
