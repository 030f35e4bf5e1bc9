"""What a task's folder says about it, to any process and without its supervisor.

Every launching process has a supervisor of its own; these functions are for all the others, and for the
time after a supervisor was killed. A record of another machine (a shared home) is believed as it stands.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

from nemo_run_adapters.local import process
from nemo_run_adapters.local.stored import DamagedRecordError, load_record
from nemo_run_adapters.local.supervisor import files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_KILL_WAIT = 10.0  # seconds for the system to end a killed group, and for the supervisor to say so
_FIRST_PAUSE, _LAST_PAUSE = 0.002, 0.05


def read_status(app_dir: str) -> dict[str, Any] | None:
    """Return the status of an app (see ``files.build_status``), or None if it was never claimed.

    A task whose supervisor is gone is ``RUNNING`` as long as its main process lives, and then
    ``FAILED`` with reason ``lost``: nobody saw how it ended. Where a record that would tell is damaged,
    the status is ``UNKNOWN`` and names the file.
    """
    try:
        return _read_status(app_dir)
    except DamagedRecordError as error:
        return files.build_status(_app_id(app_dir, {}), "UNKNOWN", message=str(error))


def _read_status(app_dir: str) -> dict[str, Any] | None:
    if final := load_record(app_dir, files.STATUS):
        return final
    claim = load_record(app_dir, files.CLAIM)
    if claim is None:
        return None
    record = _read(app_dir, files.PROCESS)
    if _is_elsewhere(claim) or _is_supervised(claim) or (record and _main_lives(record)):
        return _build_running(app_dir, claim, record)
    # The end may have been recorded while we looked.
    return load_record(app_dir, files.STATUS) or _build_lost(
        app_dir, claim, load_record(app_dir, files.PROCESS)
    )


def cancel(app_dir: str, grace: float = 10.0) -> dict[str, Any]:
    """End an app from any process of its machine, and return its status then.

    See ``cancel_all``.
    """
    return cancel_all([app_dir], grace)[app_dir]


def cancel_all(app_dirs: Collection[str], grace: float = 10.0) -> dict[str, dict[str, Any]]:
    """End apps from any process of their machine; return once their groups are empty.

    Each group gets SIGTERM, and SIGKILL after ``grace`` seconds. An app that was never claimed never
    will be. The end is recorded by the supervisor, or here when that is gone. An app on another machine
    is only marked, and still ``RUNNING`` in the answer.
    """
    claimed = [d for d in app_dirs if not abandon(d) and not _read(d, files.STATUS)]
    for app_dir in claimed:
        # Who lost its supervisor and has ended stays lost.
        if _is_elsewhere(_read(app_dir, files.CLAIM) or {}) or _can_end(app_dir):
            _mark(app_dir)
    open_ = [d for d in claimed if _can_end(d)]
    for app_dir in open_:
        _signal(app_dir, signal.SIGTERM)
    left = _await_end(open_, grace)
    for app_dir in left:
        _signal(app_dir, signal.SIGKILL)
    _await_end(left, _KILL_WAIT)
    for app_dir in open_:
        _record_cancel(app_dir)
    return {d: read_status(d) or _build_abandoned(d, {}) for d in app_dirs}


def abandon(app_dir: str, *, refusal: str | None = None) -> bool:
    """Make sure that an app never starts; False if somebody has claimed it before.

    Args:
        app_dir: Its folder.
        refusal: Why it was refused; None if it was cancelled.
    """
    files.make_folder(app_dir)
    claim = {"abandoned": True, "refusal": refusal}
    try:
        files.claim(app_dir, claim)
    except FileExistsError:
        return False
    _record(app_dir, _build_abandoned(app_dir, claim))
    return True


def read_claimer(app_dir: str) -> int | None:
    """Return the pid of the supervisor of this machine that claimed an app, or None if there was none."""
    claim = _read(app_dir, files.CLAIM) or {}
    return None if _is_elsewhere(claim) else claim.get("pid")


# Reading


def _read(app_dir: str, name: str) -> dict[str, Any] | None:
    """Return a record, or None where there is none that can be used."""
    try:
        return load_record(app_dir, name)
    except DamagedRecordError:
        return None


def _is_elsewhere(owner: dict[str, Any]) -> bool:
    """Whether the owner is on another machine; its name alone may change, the boot id does not."""
    if not owner.get("pid") or owner.get("host") == os.uname().nodename:
        return False
    return owner.get("boot_id") is None or owner["boot_id"] != process.fetch_boot_id()


def _is_supervised(claim: dict[str, Any]) -> bool:
    if not claim.get("pid") or claim.get("boot_id") != process.fetch_boot_id():
        return False
    return process.is_alive(claim["pid"], claim["start_ticks"], claim["started_at"])


def _main_lives(record: dict[str, Any]) -> bool:
    if record["boot_id"] != process.fetch_boot_id():
        return False
    return process.is_alive(record["pid"], record["start_ticks"], record["started_at"])


def _build_running(app_dir: str, claim: dict[str, Any], record: dict[str, Any] | None) -> dict[str, Any]:
    record = record or {}
    return files.build_status(
        _app_id(app_dir, record),
        "RUNNING",
        message=f"on host {claim['host']}" if _is_elsewhere(claim) else None,
        started_at=record.get("first_started_at"),
        restarts=record.get("attempt", 0),
    )


def _build_lost(app_dir: str, claim: dict[str, Any], record: dict[str, Any] | None) -> dict[str, Any]:
    if claim.get("abandoned"):
        return _build_abandoned(app_dir, claim)
    if os.path.exists(os.path.join(app_dir, files.CANCEL)):
        return _build_cancelled(app_dir, record)  # who asked for it is about to write it down
    if record is None:
        message = "its supervisor ended before it could start it"
        return files.build_status(_app_id(app_dir, {}), "FAILED", reason="start failed", message=message)
    return files.build_status(
        _app_id(app_dir, record),
        "FAILED",
        reason="lost",
        message="it ended while nobody was there to see how: its supervisor was killed before",
        started_at=record["first_started_at"],
        restarts=record["attempt"],
    )


def _build_cancelled(app_dir: str, record: dict[str, Any] | None) -> dict[str, Any]:
    return files.build_status(
        _app_id(app_dir, record or {}),
        "CANCELLED",
        reason="cancelled",
        message="cancelled after its supervisor had ended",
        started_at=record["first_started_at"] if record else None,
        ended_at=time.time(),
        restarts=record["attempt"] if record else 0,
    )


def _build_abandoned(app_dir: str, claim: dict[str, Any]) -> dict[str, Any]:
    refusal = claim.get("refusal")
    return files.build_status(
        _app_id(app_dir, {}),
        "FAILED" if refusal else "CANCELLED",
        reason="start failed" if refusal else "cancelled",
        message=refusal or "cancelled before it started",
        ended_at=time.time(),
    )


def _app_id(app_dir: str, record: dict[str, Any]) -> str:
    return record.get("app_id") or os.path.basename(os.path.normpath(app_dir))


# Ending


def _mark(app_dir: str) -> None:
    """Tell the supervisor, if there is one, that the end it will see is a cancel."""
    fd = os.open(os.path.join(app_dir, files.CANCEL), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.close(fd)


def _signal(app_dir: str, number: int) -> None:
    if (record := _read(app_dir, files.PROCESS)) and _has_processes(record):
        process.signal_group(record["pid"], number)


def _has_processes(record: dict[str, Any]) -> bool:
    if _is_elsewhere(record) or record["boot_id"] != process.fetch_boot_id():
        return False
    return process.owns_group(record["pid"], record["start_ticks"], record["started_at"])


def _await_end(app_dirs: Collection[str], seconds: float) -> list[str]:
    """Wait until the apps have ended; return those that have not in time."""
    left = list(app_dirs)
    for _ in _pauses(seconds):
        left = [d for d in left if not _has_ended(d)]
        if not left:
            break
    return left


def _has_ended(app_dir: str) -> bool:
    if _read(app_dir, files.STATUS):
        return True
    claim, record = _read(app_dir, files.CLAIM) or {}, _read(app_dir, files.PROCESS)
    if _is_elsewhere(claim):
        return True  # nothing to wait for from here
    return not _is_supervised(claim) and not (record and _has_processes(record))


def _can_end(app_dir: str) -> bool:
    """Whether a cancel changes anything: it goes on, or its records are too damaged to say how it ended."""
    return not _has_ended(app_dir) or (read_status(app_dir) or {}).get("state") == "UNKNOWN"


def _record_cancel(app_dir: str) -> None:
    """Write down the end of an app whose supervisor cannot do it any more."""
    claim, record = _read(app_dir, files.CLAIM) or {}, _read(app_dir, files.PROCESS)
    if _is_elsewhere(claim) or _is_supervised(claim) or _read(app_dir, files.STATUS):
        return
    if record and _has_processes(record):
        return  # not even SIGKILL has ended it
    if record is None and os.path.exists(os.path.join(app_dir, files.PROCESS)):
        return  # damaged: nobody knows which process it was
    _record(app_dir, _build_cancelled(app_dir, record), record)


def _record(app_dir: str, status: dict[str, Any], record: dict[str, Any] | None = None) -> None:
    if record:
        summary = files.build_summary(app_dir, record["role"], status, pid=record["pid"])
        files.write_json(os.path.join(app_dir, files.SUMMARY), summary)
    files.write_json(os.path.join(app_dir, files.STATUS), status)


def _pauses(seconds: float) -> Iterator[None]:
    """Yield at once, and then again and again with growing pauses; the last time after ``seconds``."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    yield
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * 2, _LAST_PAUSE)
        yield
