"""What local tasks leave behind: the value of a function, or the exception that ended it."""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run_adapters.local.parse import parse_summary
from nemo_run_adapters.local.registry import LocalRegistry
from nemo_run_adapters.local.request import replica_dir
from nemo_run_adapters.local.supervisor.files import RESULT_FILE, SUMMARY
from nemo_run_adapters.store.trust import check_trusted
from nemo_run_application.ports.results import TaskResult
from nemo_run_domain.errors import UntrustedFileError
from nemo_run_domain.job import JobHandle, JobStatus
from nemo_run_domain.outcome import TaskException

MAX_RESULT_BYTES = 256 << 20
"""Larger result files are not read; the value is a text that says so."""

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class LocalResults:
    """Reads the result files of jobs.

    Attributes:
        registry: Knows the folders of all jobs.
    """

    registry: LocalRegistry

    def fetch(
        self, handles: Collection[JobHandle], *, trusted: bool = True
    ) -> Mapping[JobHandle, TaskResult]:
        found = {handle: self._read(handle, trusted) for handle in handles}
        return {handle: result for handle, result in found.items() if result is not None}

    def _read(self, handle: JobHandle, trusted: bool) -> TaskResult | None:
        entry = self.registry.find(handle.native_id)
        if entry is None:
            return None
        for role in entry.roles:
            data = read_own_file(f"{replica_dir(entry.app_dir, role)}/{RESULT_FILE}", MAX_RESULT_BYTES)
            if data is not None:
                return parse_result(data, trusted=trusted)
        return None


def parse_result(data: bytes, *, trusted: bool = True) -> TaskResult | None:
    """Read what the task runner wrote; None where that is damaged.

    By ``kind``: ``json`` has a ``value``; ``pickle`` has ``data`` in base64; ``repr`` has a ``repr``;
    ``exception`` has ``type``, ``message`` and ``traceback``.

    Args:
        data: Content of the file.
        trusted: Whether a pickled value may import and call what it names.
    """
    if len(data) > MAX_RESULT_BYTES:
        return TaskResult(value=f"<value larger than {MAX_RESULT_BYTES >> 20} MiB, not read>")
    try:
        record = json.loads(data)
        match record["kind"]:
            case "json":
                return TaskResult(value=record["value"])
            case "pickle":
                return TaskResult(value=_unpickle(record, trusted))
            case "repr":
                return TaskResult(value=record["repr"])
            case "exception":
                return TaskResult(exception=_exception(record))
            case _:
                return None
    except (ValueError, LookupError, TypeError):
        return None


def _exception(record: Mapping[str, Any]) -> TaskException:
    return TaskException(
        type=record["type"], message=record["message"], traceback=record.get("traceback") or ""
    )


def _unpickle(record: Mapping[str, Any], trusted: bool) -> Any:
    data = base64.b64decode(record["data"])
    try:
        return pickle.loads(data) if trusted else _BuiltinsUnpickler(io.BytesIO(data)).load()
    except _NamesCodeError as error:
        return record.get("repr") or f"<value that needs {error}, not loaded>"
    except Exception as error:  # noqa: BLE001 - classes of the user may raise anything
        return record.get("repr") or f"<value that cannot be loaded here: {type(error).__name__}: {error}>"


class _NamesCodeError(pickle.UnpicklingError):
    """A pickle asks for something to be imported."""


class _BuiltinsUnpickler(pickle.Unpickler):
    """Loads what names nothing to import: without a callable, a pickle cannot execute anything.

    Source: Python documentation, library, ``pickle``, "Restricting Globals".
    """

    def find_class(self, module: str, name: str) -> Any:
        raise _NamesCodeError(f"{module}.{name}")


def read_old_status(app_dir: str) -> JobStatus | None:
    """Return how a job of an earlier version ended, or None where that was not recorded."""
    data = read_own_file(f"{app_dir}/{SUMMARY}", MAX_RESULT_BYTES)
    try:
        return None if data is None else parse_summary(json.loads(data))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def read_own_file(path: str, limit: int) -> bytes | None:
    """Return the first ``limit`` bytes of a file and one more if there are any.

    None for a missing file, and for one that somebody else owns or may write to.
    """
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(limit + 1) if _is_ours(path, os.fstat(descriptor)) else None


def _is_ours(path: str, found: os.stat_result) -> bool:
    try:
        check_trusted(path, found, user=os.geteuid())
    except UntrustedFileError:
        return False
    return True
