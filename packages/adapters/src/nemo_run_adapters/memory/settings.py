"""Settings of the in-memory backend: how each job ends, decided beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nemo_run_domain.executor import ExecutorSettings


@dataclass(kw_only=True)
class MemorySettings(ExecutorSettings):
    """Runs nothing; plays a scripted outcome, so that pipelines can be tested at once.

    Attributes:
        outcome: How the job ends: ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``.
        exit_code: Of the job; None: 0 when it succeeds, 1 when it fails.
        reason: Why it fails, such as ``"out of memory"``; None: an error.
        duration: Seconds one attempt takes on the clock of the cluster.
        log: What each attempt prints.
        fail_times: How many attempts fail before the outcome; ``retries`` says how many there are.
        value: What the task returns.
        raises: The task fails with an exception of this message.
        reject: Submission is refused with this message.
        auto: False: the job runs until ``cluster.finish`` or ``cancel`` ends it.
    """

    outcome: str = "SUCCEEDED"
    exit_code: int | None = None
    reason: str | None = None
    duration: float = 0.0
    log: str = ""
    fail_times: int = 0
    value: Any = None
    raises: str = ""
    reject: str = ""
    auto: bool = True
