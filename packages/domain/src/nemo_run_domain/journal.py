"""The journal of an experiment: what was about to happen, and what did.

One JSON object per line. An *intent* with its token is written before a submission, the handles
behind it, and every final status; whatever moment a process dies at, the lines tell which jobs
may exist.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from nemo_run_domain.job import JobState, JobStatus, Reason

VERSION = 1


class Kind(str, enum.Enum):
    """What a line tells."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    CANCEL = "cancel"
    STATUS = "status"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the journal.

    Attributes:
        kind: What it tells.
        job: Id of the unit.
        at: Seconds since the epoch.
        token: Travels with the submission, so that the job can be found again.
        planned: Native ids the job will have, where they are known before.
        handles: What the backend accepted.
        status: Of a ``STATUS`` or ``REJECTED`` line.
    """

    kind: Kind
    job: str
    at: float
    token: str = ""
    planned: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    status: JobStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """What the journal knows about one unit.

    Attributes:
        token: Of the newest submission.
        planned: Native ids of the newest intent.
        handles: Of the newest submission; empty while nobody knows whether it arrived.
        status: The last one written down.
        cancelled: Whether somebody asked to cancel it.
        is_repeated: It runs again; what anybody knows from before counts no more.
    """

    token: str = ""
    planned: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    status: JobStatus | None = None
    cancelled: bool = False
    is_repeated: bool = False

    @property
    def is_open_intent(self) -> bool:
        """Whether a submission was begun and its result was never written."""
        return bool(self.token) and not self.handles and self.status is None


def render_line(record: Record) -> str:
    """Write one record as a line, line end included."""
    data: dict[str, Any] = {"v": VERSION, "kind": record.kind.value, "job": record.job, "at": record.at}
    for name in ("token", "planned", "handles"):
        if value := getattr(record, name):
            data[name] = value
    if record.status is not None:
        data["status"] = status_to_data(record.status)
    return json.dumps(data, separators=(",", ":")) + "\n"


def parse_lines(text: str) -> list[Record]:
    """Read a journal; a torn line, as a crash leaves one, and lines of later versions are left out."""
    records: list[Record] = []
    for line in text.split("\n"):
        try:
            records.append(_record(json.loads(line)))
        except (ValueError, KeyError, TypeError, ArithmeticError):
            continue
    return records


def _record(line: object) -> Record:
    data = _mapping(line, what="a line")
    if data["v"] > VERSION:
        raise ValueError("written by a later version")
    status = data.get("status")
    return Record(
        kind=Kind(data["kind"]),
        job=str(data["job"]),
        at=float(data["at"]),
        token=str(data.get("token", "")),
        planned=_texts(data.get("planned", [])),
        handles=_texts(data.get("handles", [])),
        status=None if status is None else status_from_data(status),
    )


def _mapping(data: object, *, what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise TypeError(f"{what} is a mapping")
    return cast("dict[str, Any]", data)


def _texts(data: object) -> tuple[str, ...]:
    if not isinstance(data, list):
        raise TypeError("ids are a list")
    return tuple(str(item) for item in cast("list[object]", data))


def fold(records: Iterable[Record]) -> dict[str, JobRecord]:
    """Return what the records say about each unit in the end."""
    jobs: dict[str, JobRecord] = {}
    for record in records:
        known = jobs.get(record.job, JobRecord())
        if record.kind is Kind.RESET:
            jobs[record.job] = JobRecord(is_repeated=True)
        elif record.kind is Kind.INTENT:
            again = known.is_repeated
            jobs[record.job] = JobRecord(token=record.token, planned=record.planned, is_repeated=again)
        elif record.kind is Kind.SUBMITTED:
            jobs[record.job] = replace(known, handles=record.handles)
        elif record.kind is Kind.CANCEL:
            jobs[record.job] = replace(known, cancelled=True)
        else:
            jobs[record.job] = replace(known, status=record.status)
    return jobs


_STATUS_FIELDS: dict[str, Any] = {
    "exit_code": None,
    "signal": None,
    "message": "",
    "started_at": None,
    "ended_at": None,
    "restarts": 0,
}
"""What is written besides state and reason, with the values that are not."""


def status_to_data(status: JobStatus) -> dict[str, Any]:
    """Return a status as JSON-able data; fields at their default are left out."""
    data: dict[str, Any] = {"state": status.state.name}
    if status.reason is not None:
        data["reason"] = status.reason.value
    for name, default in _STATUS_FIELDS.items():
        if (value := getattr(status, name)) != default:
            data[name] = value
    return data


def status_from_data(data: object) -> JobStatus:
    """Read what ``status_to_data`` wrote; unknown fields are left out.

    Raises:
        ValueError: The state is unknown.
        TypeError: It is no mapping.
    """
    values = _mapping(data, what="a status")
    if values.get("state") not in JobState.__members__:
        raise ValueError(f"unknown state {values.get('state')!r}")
    reason = values.get("reason")
    known = {n: values[n] for n in _STATUS_FIELDS if values.get(n) is not None}
    return JobStatus(
        state=JobState[values["state"]], reason=Reason(reason) if reason in _REASONS else None, **known
    )


_REASONS = {reason.value for reason in Reason}
