"""What every reporter promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import pytest

from nemo_run_application.events import (
    Event,
    JobChanged,
    JobSubmitted,
    LogLine,
    Notice,
    RunEnded,
    RunStarted,
)
from nemo_run_domain.job import JobState, JobStatus, Reason

EXPERIMENT = "title_1"
FAILED = JobStatus(state=JobState.FAILED, exit_code=3, reason=Reason.ERROR, message="[bold]no markup[/]")

RUN: tuple[Event, ...] = (
    RunStarted(experiment_id=EXPERIMENT, jobs={"train": "here", "eval": "there"}),
    JobSubmitted(experiment_id=EXPERIMENT, job="train", handles=("memory://nemo_run/train-1",)),
    *(JobChanged(experiment_id=EXPERIMENT, job="train", status=JobStatus(state=state)) for state in JobState),
    LogLine(experiment_id=EXPERIMENT, job="train", role="train", replica=0, line="step 1\n"),
    Notice(experiment_id=EXPERIMENT, text="take note"),
    Notice(experiment_id=EXPERIMENT, text="beware", level="warning"),
    JobChanged(experiment_id=EXPERIMENT, job="eval", status=FAILED),
    RunEnded(
        experiment_id=EXPERIMENT, statuses={"train": JobStatus(state=JobState.SUCCEEDED), "eval": FAILED}
    ),
)

ODD_LINES = [
    "\n",
    "no end",
    "50%\r100%\n",
    "[red]x[/blue]\n",
    "\x1b[31mcolour\n",
    "\udcff\n",
    "ü\N{SNOWMAN}\n",
    "\0\n",
]


class Unheard(Event):
    """An event of a later version."""


class ReporterContract(ABC):
    """What every ``Reporter`` promises; subclass it and provide the fixture."""

    @pytest.fixture
    @abstractmethod
    def reporter(self) -> Any:
        """Return the reporter."""

    def test_a_whole_run_is_reported(self, reporter: Any) -> None:
        for event in RUN:
            assert reporter.emit(event) is None
        reporter.close()

    @pytest.mark.parametrize("line", ODD_LINES)
    def test_no_line_is_too_odd(self, reporter: Any, line: str) -> None:
        reporter.emit(RUN[0])
        reporter.emit(LogLine(experiment_id=EXPERIMENT, job="a", role="ä", replica=3, line=line))
        reporter.close()

    def test_events_out_of_order_are_taken(self, reporter: Any) -> None:
        for event in reversed(RUN):
            reporter.emit(event)
        reporter.close()

    def test_unknown_events_are_taken(self, reporter: Any) -> None:
        reporter.emit(Unheard(experiment_id=EXPERIMENT))
        reporter.close()

    def test_it_may_be_closed_twice(self, reporter: Any) -> None:
        reporter.close()
        reporter.close()
