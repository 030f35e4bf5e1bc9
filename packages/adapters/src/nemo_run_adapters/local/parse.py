"""Records of local jobs -> statuses. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run_adapters.local.supervisor.files import describe_end
from nemo_run_domain.job import JobState, JobStatus, Reason

_REASONS = {reason.value: reason for reason in Reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class OldApp:
    """A line of the registry that earlier versions kept in one file.

    Attributes:
        state: The last one written.
        app_dir: Folder with its logs.
        roles: Names of its tasks.
    """

    state: JobState
    app_dir: str
    roles: tuple[str, ...]


def parse_status(record: Mapping[str, Any]) -> JobStatus:
    """Read a status record, see ``supervisor.files.build_status``."""
    return JobStatus(
        state=_state(record["state"]),
        exit_code=record["exit_code"],
        signal=record["signal"],
        reason=_REASONS.get(record["reason"]),
        message=_shorten(record),
        started_at=record["started_at"],
        ended_at=record["ended_at"],
        restarts=record["restarts"],
    )


def _shorten(record: Mapping[str, Any]) -> str:
    """Return the message without what the other fields say already."""
    first, *rest = (record["message"] or "").split("; ", 1)
    if first == record["reason"] or first == describe_end(record["exit_code"], record["signal"]):
        return "; ".join(rest)
    return record["message"] or ""


def parse_summary(record: Mapping[str, Any]) -> JobStatus:
    """Read a ``SUCCESS`` file as TorchX's local scheduler writes it.

    Keys: ``final_state``, ``last_updated`` (Unix seconds), ``roles``: name -> list of replicas with an
    ``exitcode``, which is minus the signal where one ended it. Source: TorchX 0.7, ``local_scheduler``.
    """
    state = _state(record.get("final_state"))
    codes = [replica.get("exitcode") for replicas in record.get("roles", {}).values() for replica in replicas]
    code = next((code for code in codes if code), 0 if codes and None not in codes else None)
    signalled = code is not None and code < 0
    return JobStatus(
        state=state,
        exit_code=None if signalled else code,
        signal=-code if code is not None and signalled else None,
        reason=_guess_reason(state, signalled=signalled),
        ended_at=record.get("last_updated"),
    )


def _guess_reason(state: JobState, *, signalled: bool) -> Reason | None:
    if state is JobState.CANCELLED:
        return Reason.CANCELLED
    if state is not JobState.FAILED:
        return None
    return Reason.KILLED if signalled else Reason.ERROR


def parse_old_registry(data: bytes) -> dict[str, OldApp]:
    """Read ``{app id: [state name, app id, log folder, [role names]]}``; odd entries are left out."""
    try:
        table = json.loads(data)
    except ValueError:
        return {}
    if not isinstance(table, dict):
        return {}
    return {app_id: app for app_id, row in table.items() if (app := _old_app(row)) is not None}


def _old_app(row: Any) -> OldApp | None:
    match row:
        case [str(state), str(), str(folder), [*roles]] if all(isinstance(role, str) for role in roles):
            return OldApp(state=_state(state), app_dir=folder, roles=tuple(roles))
        case _:
            return None


def old_status(state: JobState) -> JobStatus:
    """Return what is known of a job when only the old registry tells of it."""
    if state.is_final:
        return JobStatus(state=state, reason=_guess_reason(state, signalled=False))
    message = f"it was {state} when last seen; nobody has recorded how it ended"
    return JobStatus(state=JobState.UNKNOWN, message=message)


def _state(name: Any) -> JobState:
    return JobState.__members__.get(name, JobState.UNKNOWN)
