"""Jobs: what a backend accepted, where it is found, and how it is doing."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from nemo_run_domain.errors import InvalidConfigError

SESSION = "nemo_run"
_HANDLE = re.compile(r"(?P<backend>[^:/]+)://(?P<session>[^/]*)/(?P<native_id>.+)")


class JobState(int, enum.Enum):
    """State of a job; names and values are those of ``torchx.specs.AppState``.

    Source: TorchX 0.7, ``torchx.specs.api.AppState``.
    """

    UNSUBMITTED = 0
    SUBMITTED = 1
    PENDING = 2
    RUNNING = 3
    SUCCEEDED = 4
    FAILED = 5
    CANCELLED = 6
    UNKNOWN = 7

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{self.name} ({self.value})"

    def __format__(self, format_spec: str) -> str:
        return format(self.name, format_spec)

    @property
    def is_final(self) -> bool:
        """Whether the state never changes again."""
        return self in _FINAL


_FINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


class Reason(str, enum.Enum):
    """Why a job is in the state it is in."""

    ERROR = "error"
    OUT_OF_MEMORY = "out of memory"
    TIMEOUT = "timeout"
    PREEMPTED = "preempted"
    NODE_FAILURE = "node failure"
    CANCELLED = "cancelled"
    GROUP_ENDED = "group ended"
    KILLED = "killed"
    START_FAILED = "start failed"
    LOST = "lost"
    REJECTED = "rejected"
    SKIPPED = "skipped"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True)
class JobHandle:
    """Address of a job.

    Attributes:
        backend: Name of the backend that accepted the job.
        native_id: The backend's own id.
    """

    backend: str
    native_id: str

    def __str__(self) -> str:
        return f"{self.backend}://{SESSION}/{self.native_id}"

    @classmethod
    def parse(cls, text: str) -> JobHandle:
        """Read ``<backend>://<session>/<native id>``.

        Raises:
            InvalidConfigError: The text has another form.
        """
        match = _HANDLE.fullmatch(text)
        if match is None:
            raise InvalidConfigError(f"{text!r} is no job handle; it looks like <backend>://{SESSION}/<id>")
        return cls(match["backend"], match["native_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """What a backend says about one job at one moment.

    Attributes:
        state: Where the job stands.
        exit_code: Of the process that decided the outcome; None while unknown.
        signal: Number of the signal that ended it, if one did.
        reason: Why the state is what it is, where the backend tells.
        message: One line for people.
        started_at: Seconds since the epoch.
        ended_at: Seconds since the epoch.
        restarts: How often the job was started again.
    """

    state: JobState
    exit_code: int | None = None
    signal: int | None = None
    reason: Reason | None = None
    message: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    restarts: int = 0

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state.is_final


def merge_group(members: list[JobStatus]) -> JobStatus:
    """Return the status of a group from those of its members.

    Not final while a member is alive. Then FAILED if a member failed by itself, else SUCCEEDED
    if one succeeded, else CANCELLED; exit code and reason come from the member that decided.
    """
    if len(members) == 1:
        return members[0]
    alive = [m for m in members if not m.is_final]
    if alive:
        running = [m for m in members if m.state is JobState.RUNNING]
        return (running or alive)[0]
    for state in (JobState.FAILED, JobState.SUCCEEDED, JobState.CANCELLED):
        for member in members:
            if member.state is state:
                return member
    return JobStatus(state=JobState.UNSUBMITTED)
