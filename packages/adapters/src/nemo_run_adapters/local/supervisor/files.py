"""The records in a task's folder: how they are named, what they hold, how they are written.

Written by the supervisor, read by every process that wants to know (``records.py``). A record appears
whole or not at all, and only its owner can read it. Nothing is synced: after a crash of the whole
machine no process runs anyway, and the boot id says so.
"""

from __future__ import annotations

import errno
import json
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CLAIM = ".claim"
PROCESS = "process.json"
STATUS = "status.json"
CANCEL = "cancel"
SUMMARY = "SUCCESS"
STDOUT, STDERR, COMBINED = "stdout.log", "stderr.log", "combined.log"
ERROR_FILE, RESULT_FILE = "error.json", "result.json"

_WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
# What file systems without hard links say.
_NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)
_encode = json.JSONEncoder(separators=(",", ":")).encode


def claim(app_dir: str, owner: dict[str, Any]) -> None:
    """Make the caller the only one who may ever start this app; the claim appears whole.

    Raises:
        FileExistsError: Somebody has claimed it before.
    """
    path = f"{app_dir}/{CLAIM}"
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    data = _encode(owner).encode()
    try:
        _write_new(temporary, data)
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _write_new(path, data)
    finally:
        _remove(temporary)


def _write_new(path: str, data: bytes) -> None:
    fd = os.open(path, _WRITE_NEW | os.O_EXCL, 0o600)
    try:
        write_all(fd, data)
    finally:
        os.close(fd)


def _remove(path: str) -> None:
    try:  # noqa: SIM105 - contextlib takes time to import
        os.unlink(path)
    except OSError:
        pass


def make_folders(app_dir: str, role: str) -> str:
    """Create the folder of an app and of its only replica, for the owner only; return the latter."""
    folder = f"{app_dir}/{role}/0"
    make_folder(folder)
    return folder


def make_folder(folder: str) -> None:
    """Create a folder and those above it, each for the owner only; it may be there already."""
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
    except FileNotFoundError:
        parent = os.path.dirname(folder)
        if parent in ("", folder):
            raise
        make_folder(parent)
        make_folder(folder)


def write_json(path: str, value: dict[str, Any]) -> None:
    """Replace a record in one step.

    Raises:
        OSError: It could not be written; the former content is still there.
    """
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        fd = os.open(temporary, _WRITE_NEW | os.O_TRUNC, 0o600)
        try:
            write_all(fd, _encode(value).encode())
        finally:
            os.close(fd)
        os.rename(temporary, path)
    except OSError:
        _remove(temporary)
        raise


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write everything, however many calls it takes."""
    written = os.write(fd, data)
    while written < len(data):
        data = memoryview(data)[written:]
        written = os.write(fd, data)


def build_status(
    app_id: str,
    state: str,
    *,
    exit_code: int | None = None,
    signal: int | None = None,
    reason: str | None = None,
    message: str | None = None,
    started_at: float | None = None,
    ended_at: float | None = None,
    restarts: int = 0,
) -> dict[str, Any]:
    """Shape a status record.

    Args:
        app_id: The app.
        state: ``RUNNING``, ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``.
        exit_code: Of the main process, when it exited.
        signal: Number of the signal that ended the main process, when one did.
        reason: None, ``error`` (exit code), ``killed`` (signal), ``cancelled``, ``group ended``,
            ``start failed`` or ``lost``.
        message: The reason in words.
        started_at: Start of the first attempt, Unix seconds.
        ended_at: End of the last attempt, Unix seconds.
        restarts: How many attempts came after the first.
    """
    return {
        "app_id": app_id,
        "state": state,
        "exit_code": exit_code,
        "signal": signal,
        "reason": reason,
        "message": message,
        "started_at": started_at,
        "ended_at": ended_at,
        "restarts": restarts,
    }


def build_summary(
    app_dir: str, role: str, status: dict[str, Any], *, pid: int | None, error_file: str | None = None
) -> dict[str, Any]:
    """Shape the ``SUCCESS`` file, which TorchX's local scheduler reads and writes for every final state."""
    folder = f"{app_dir}/{role}/0"
    number = status["signal"]
    replica = {
        "replica_id": 0,
        "pid": pid,
        "exitcode": -number if number else status["exit_code"],
        "stdout": f"{folder}/{STDOUT}",
        "stderr": f"{folder}/{STDERR}",
        "error_file": error_file or f"{folder}/{ERROR_FILE}",
    }
    return {
        "app_id": status["app_id"],
        "log_dir": app_dir,
        "final_state": status["state"],
        "last_updated": status["ended_at"],
        "roles": {role: [replica]},
    }


def describe_end(exit_code: int | None, number: int | None) -> str:
    """Say in words how a process ended."""
    if number is None:
        return f"exit code {exit_code}"
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"
