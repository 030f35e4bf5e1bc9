from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nemo_run_application.events import Event, JobChanged, JobSubmitted, LogLine, RunEnded, RunStarted
from nemo_run_domain.job import JobState, JobStatus, Reason

EXPERIMENT = "sweep_1717000000000000000"


class Stream(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Ticking:
    """A clock that goes on by one second at each event of a test."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def __call__(self) -> float:
        return self.time


class Story:
    """Emits events of one experiment, a second apart."""

    def __init__(self, reporter: Any, clock: Ticking) -> None:
        self.reporter = reporter
        self.clock = clock

    def tell(self, kind: type[Event], **fields: Any) -> None:
        self.reporter.emit(kind(experiment_id=EXPERIMENT, **fields))
        self.clock.time += 1

    def started(self, **jobs: str) -> None:
        self.tell(RunStarted, jobs=jobs)

    def submitted(self, job: str) -> None:
        self.tell(JobSubmitted, job=job, handles=(f"local://nemo_run/{job}-x",))

    def changed(self, job: str, state: JobState, **fields: Any) -> None:
        self.tell(JobChanged, job=job, status=JobStatus(state=state, **fields))

    def said(self, job: str, line: str) -> None:
        self.tell(LogLine, job=job, role=job, replica=0, line=line)

    def ended(self, detached: bool = False, **statuses: JobStatus) -> None:
        self.tell(RunEnded, statuses=statuses, detached=detached)

    def single(self) -> None:
        """One job that does what it should."""
        done = JobStatus(state=JobState.SUCCEEDED, exit_code=0)
        self.started(hello="LocalExecutor")
        self.submitted("hello")
        self.changed("hello", JobState.RUNNING)
        self.said("hello", "hi\n")
        self.changed("hello", JobState.SUCCEEDED, exit_code=0)
        self.ended(hello=done)

    def several(self) -> None:
        """One that succeeds, one that fails, one that is skipped."""
        a = JobStatus(state=JobState.SUCCEEDED, exit_code=0)
        b = JobStatus(state=JobState.FAILED, exit_code=137, reason=Reason.OUT_OF_MEMORY)
        c = JobStatus(state=JobState.CANCELLED, reason=Reason.SKIPPED, message="b failed")
        self.started(a="LocalExecutor", b="SlurmExecutor on user@login", c="LocalExecutor")
        for job in ("a", "b"):
            self.submitted(job)
            self.changed(job, JobState.RUNNING)
        self.said("a", "step 1\n")
        self.said("b", "[red]step 1[/red]\n")
        self.changed("a", JobState.SUCCEEDED, exit_code=0)
        self.tell(JobChanged, job="b", status=b)
        self.tell(JobChanged, job="c", status=c)
        self.ended(a=a, b=b, c=c)


@pytest.fixture
def experiment_id() -> str:
    return EXPERIMENT


@pytest.fixture
def make_stream() -> Callable[..., Stream]:
    return Stream


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def tell() -> Callable[[Any, Ticking], Story]:
    return Story


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "NEMORUN_OUTPUT", "NEMO_RUN_CODE_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
