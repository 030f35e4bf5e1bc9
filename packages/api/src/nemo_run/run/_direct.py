"""Running the tasks of an experiment in this process."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from nemo_run.exceptions import UsageError
from nemo_run.run._view import ExperimentView
from nemo_run.run.job import Job, JobGroup
from nemo_run.run.task import direct_run_fn
from nemo_run.run.utils import TeeStdoutStderr
from nemo_run_application.run_here import RunHere, check_direct, direct_handle
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.experiment import Experiment as DomainExperiment
from nemo_run_domain.job import JobState, JobStatus
from nemo_run_domain.layout import direct_log


def check(experiment: DomainExperiment) -> None:
    """Check that an experiment has nothing but single tasks without dependencies.

    Raises:
        UsageError: It has.
    """
    try:
        check_direct(experiment)
    except InvalidConfigError as error:
        raise UsageError(str(error)) from error


def run(experiment: ExperimentView, domain: DomainExperiment) -> None:
    """Run every task; what it prints also goes into the log of its job."""
    services = experiment._services
    calls = [_call(job, services.connections.backend(job.executor).name) for job in experiment._jobs]
    RunHere(services)(domain, calls)


def _call(job: Job | JobGroup, backend: str) -> Callable[[], object]:
    def call() -> None:
        with _logged(os.path.join(job.executor.job_dir, direct_log(job.id))):
            direct_run_fn(job.tasks[0])
        job.note_handles([str(direct_handle(backend, job.id))])
        job.note_status(JobStatus(state=JobState.SUCCEEDED, exit_code=0))

    return call


@contextlib.contextmanager
def _logged(path: str) -> Iterator[None]:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    out, err = sys.stdout, sys.stderr
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        sys.stdout, sys.stderr = TeeStdoutStderr(out, file), TeeStdoutStderr(err, file)  # type: ignore[assignment]
        try:
            yield
        finally:
            sys.stdout, sys.stderr = out, err
