"""Reading files that name what will be loaded: only what nobody else could have written."""

from __future__ import annotations

import os
import stat

from nemo_run_domain.errors import UntrustedFileError

# A pipe that somebody put there must not make us wait for a writer.
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


def read_trusted(path: str, *, start: int = 0) -> bytes | None:
    """Return the content of a file, or None when there is none.

    The open file is checked, not its name, so it cannot be exchanged in between.

    Args:
        path: The file.
        start: How many bytes at its beginning to leave out.

    Raises:
        UntrustedFileError: Somebody else owns it or may write to it.
        OSError: It cannot be read.
    """
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        check_trusted(path, os.fstat(stream.fileno()), user=os.geteuid())
        stream.seek(start)
        return stream.read()


def check_trusted(path: str, found: os.stat_result, *, user: int) -> None:
    """Accept a file that only ``user`` can have written.

    Root may read whatever root owns: volumes of containers are often writable by a group.

    Raises:
        UntrustedFileError: Says why, and what to do if the file is all right.
    """
    if not stat.S_ISREG(found.st_mode):
        raise UntrustedFileError(f"{path!r} is no regular file and is not read")
    if found.st_uid != user:
        raise UntrustedFileError(
            f"{path!r} belongs to user {found.st_uid}, not to you ({user}), and is not read; "
            "if you trust it, copy it so that the copy is yours"
        )
    if user != 0 and found.st_mode & _others_write(found):
        raise UntrustedFileError(
            f"{path!r} can be changed by other users (mode {stat.S_IMODE(found.st_mode):04o}), not read; "
            f"if you trust it: chmod go-w '{path}'"
        )


def _others_write(found: os.stat_result) -> int:
    """Return the permission bits that let other users write.

    A group of the owner's number is his own (user private groups), where umask 002 is usual.
    """
    return stat.S_IWOTH if found.st_gid == found.st_uid else stat.S_IWGRP | stat.S_IWOTH
