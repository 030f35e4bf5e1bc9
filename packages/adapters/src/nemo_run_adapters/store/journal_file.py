"""The journal of an experiment on disk: one write per call, lines that a crash cannot glue together."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from nemo_run_adapters.store.private import FILE_MODE, sync_folder
from nemo_run_domain.errors import StoreError
from nemo_run_domain.journal import Record, render_line

_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_TRIES = 100
_PAUSE = 0.002
_sync_data = getattr(os, "fdatasync", os.fsync)


def append_records(path: str, records: Sequence[Record], *, sync: bool) -> None:
    """Add lines in one write; many processes may do so at once.

    Raises:
        StoreError: The disk is full; a torn line may be left, which readers leave out.
        OSError: The journal cannot be opened or written.
    """
    if not records:
        return
    data = "".join(map(render_line, records)).encode()
    descriptor = os.open(path, _APPEND, FILE_MODE)
    try:
        size = os.fstat(descriptor).st_size
        whole = _behind_torn_line(descriptor, size) + data
        if os.write(descriptor, whole) < len(whole):
            raise StoreError(f"cannot write {path!r}: no space for the whole line")
        if sync:
            _sync_data(descriptor)
    finally:
        os.close(descriptor)
    if sync and not size:
        sync_folder(os.path.dirname(path))


def hold_journal(path: str) -> Callable[[], None] | None:
    """Lock a journal against others who want to hold it; anybody may go on adding lines.

    Returns:
        What lets go of it; None when somebody else holds it.

    Raises:
        OSError: The journal cannot be opened.
    """
    descriptor = os.open(path, _APPEND, FILE_MODE)
    try:
        taken = _lock(descriptor)
    except OSError:  # a file system without locks
        taken = True
    if not taken:
        os.close(descriptor)
        return None
    _held.add(descriptor)
    return lambda: _let_go(descriptor)


_held: set[int] = set()
"""Descriptors of journals that this process holds."""


def _let_go(descriptor: int) -> None:
    """Unlock a journal; closing alone would not, while a forked child has the descriptor too."""
    if descriptor in _held:
        _held.discard(descriptor)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _leave_to_parent() -> None:
    """Close in a forked child what its parent holds, so that it is free when the parent is gone."""
    while _held:
        with suppress(OSError):
            os.close(_held.pop())


os.register_at_fork(after_in_child=_leave_to_parent)


def _lock(descriptor: int) -> bool:
    """Lock an open file unless somebody else has; those who only ask for a moment do not count."""
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if _is_locked(descriptor):
            return False
        time.sleep(_PAUSE)
    return False


def is_journal_held(path: str) -> bool:
    """Whether somebody has locked a journal.

    Raises:
        OSError: The journal cannot be opened.
    """
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return False
    try:
        return _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    """Whether somebody else has locked an open file; whoever asks in the same moment is not in the way."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _behind_torn_line(descriptor: int, size: int) -> bytes:
    """Return the line end that a writer which died in the middle of a line did not write."""
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
