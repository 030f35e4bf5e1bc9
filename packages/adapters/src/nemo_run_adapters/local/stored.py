"""Records of a task as they are on the disk: whole and well-formed, missing, or damaged."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from nemo_run_adapters.local.supervisor import files

_FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


class DamagedRecordError(Exception):
    """A record is there and tells nothing; the message names the file."""


def load_record(app_dir: str, name: str) -> dict[str, Any] | None:
    """Return a record (``files.CLAIM``, ``PROCESS`` or ``STATUS``), or None if there is none.

    Raises:
        DamagedRecordError: It is not what the supervisor writes.
        OSError: It cannot be read.
    """
    path = os.path.join(app_dir, name)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedRecordError(f"the record {path!r} is damaged: {error}") from None
    if not isinstance(record, dict):
        raise DamagedRecordError(f"the record {path!r} is damaged: it is no object")
    if name == files.CLAIM and record.get("abandoned") is True:
        return record
    if key := _find_odd(record, _SHAPES[name]):
        raise DamagedRecordError(f"the record {path!r} is damaged: {key!r} is missing or odd")
    return record


def _find_odd(record: dict[str, Any], shape: Mapping[str, Callable[[Any], bool]]) -> str | None:
    odd = next((key for key, fits in shape.items() if key not in record or not fits(record[key])), None)
    # A group is named by its leader; another number would be the group of a stranger.
    return odd or ("pgid" if record.get("pgid", record.get("pid")) != record.get("pid") else None)


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in types


def _is_pid(value: Any) -> bool:
    return type(value) is int and value > 1


_count, _text, _time = _is(int), _is(str), _is(int, float)
_count_or_none, _text_or_none = _is(int, type(None)), _is(str, type(None))
_time_or_none = _is(int, float, type(None))
_PROCESS_ID = {"pid": _is_pid, "start_ticks": _count_or_none, "boot_id": _text_or_none, "host": _text}
_SHAPES: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    files.CLAIM: {**_PROCESS_ID, "started_at": _time},
    files.PROCESS: {
        **_PROCESS_ID,
        "app_id": _text,
        "pgid": _is_pid,
        "role": _text,
        "attempt": _count,
        "started_at": _time,
        "first_started_at": _time,
    },
    files.STATUS: {
        "app_id": _text,
        "state": lambda value: value in _FINAL,
        "exit_code": _count_or_none,
        "signal": _count_or_none,
        "reason": _text_or_none,
        "message": _text_or_none,
        "started_at": _time_or_none,
        "ended_at": _time_or_none,
        "restarts": _count,
    },
}
