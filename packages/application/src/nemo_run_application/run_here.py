"""Run tasks in this process, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nemo_run_application.events import JobChanged
from nemo_run_application.services import Services
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.experiment import Experiment
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason
from nemo_run_domain.journal import Kind, Record
from nemo_run_domain.names import slug

_ENDING = "_direct_run"


def check_direct(experiment: Experiment) -> None:
    """Check that an experiment can run in this process.

    Raises:
        InvalidConfigError: It has groups or dependencies.
    """
    for unit in experiment.units:
        if unit.is_group or unit.after:
            raise InvalidConfigError(
                f"job {unit.id!r}: a direct run takes single tasks without dependencies only"
            )


def direct_handle(backend: str, unit_id: str) -> JobHandle:
    """Return the address of a unit that ran in this process instead of on its backend."""
    return JobHandle(backend, f"{slug(unit_id)}{_ENDING}")


def is_direct(handle: JobHandle) -> bool:
    """Whether an address is that of a unit that ran in the launching process."""
    return handle.native_id.endswith(_ENDING)


@dataclass(frozen=True, slots=True)
class RunHere:
    """Call the tasks of an experiment in order; the first error ends the run."""

    services: Services

    def __call__(self, experiment: Experiment, calls: Sequence[Callable[[], object]]) -> dict[str, JobStatus]:
        """Run every task; returns unit id -> status.

        Args:
            experiment: Single tasks without dependencies.
            calls: What runs each unit, in order.

        Raises:
            BaseException: Whatever a task raises; the tasks behind it do not run.
        """
        check_direct(experiment)
        statuses: dict[str, JobStatus] = {}
        for unit, call in zip(experiment.units, calls, strict=True):
            started = self.services.clock.now()
            handle = direct_handle(self.services.connections.backend(unit.executor).name, unit.id)
            self._write(
                experiment, Record(kind=Kind.SUBMITTED, job=unit.id, at=started, handles=(str(handle),))
            )
            try:
                self._run(experiment, unit.id, call, started)
            except BaseException:
                self._skip(experiment, unit.id)
                raise
            statuses[unit.id] = JobStatus(
                state=JobState.SUCCEEDED, exit_code=0, started_at=started, ended_at=self.services.clock.now()
            )
            self._end(experiment, unit.id, statuses[unit.id])
        return statuses

    def _run(self, experiment: Experiment, unit_id: str, call: Callable[[], object], started: float) -> None:
        try:
            call()
        except BaseException as error:
            now = self.services.clock.now()
            message = f"{type(error).__name__}: {error}"
            failed = JobStatus(state=JobState.FAILED, message=message, started_at=started, ended_at=now)
            self._end(experiment, unit_id, failed)
            raise

    def _skip(self, experiment: Experiment, failed: str) -> None:
        """Write down that the units behind one that failed do not run."""
        ids = [unit.id for unit in experiment.units]
        message = f"{failed!r} before it failed"
        for unit_id in ids[ids.index(failed) + 1 :]:
            skipped = JobStatus(
                state=JobState.CANCELLED,
                reason=Reason.SKIPPED,
                message=message,
                ended_at=self.services.clock.now(),
            )
            self._end(experiment, unit_id, skipped)

    def _end(self, experiment: Experiment, unit_id: str, status: JobStatus) -> None:
        self._write(
            experiment, Record(kind=Kind.STATUS, job=unit_id, at=self.services.clock.now(), status=status)
        )
        self.services.reporter.emit(JobChanged(experiment_id=experiment.id, job=unit_id, status=status))

    def _write(self, experiment: Experiment, record: Record) -> None:
        self.services.store.append(experiment.directory, [record], sync=False)
