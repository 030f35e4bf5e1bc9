"""Who is let in: the owner, with one of his own keys."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import Any

import asyncssh

from nemo_run_adapters.devspace import requested
from nemo_run_adapters.devspace.key_lines import KeyLine, RefusedKeyError, lines_of
from nemo_run_adapters.devspace.options import ServerOptions
from nemo_run_adapters.store.trust import read_trusted
from nemo_run_domain.errors import AuthenticationError, StoreError

log = logging.getLogger("nemo_run.devspace")


def read_keys(path: str, now: Callable[[], float] = time.time) -> asyncssh.SSHAuthorizedKeys:
    """Return the keys that may log in; those that may not, or not any more, are left out and logged.

    Args:
        path: In the form of OpenSSH.
        now: Tells the seconds since 1970.

    Raises:
        AuthenticationError: There is none, so nobody could.
        UntrustedFileError: Somebody else may write to the file.
    """
    text = (read_trusted(path) or b"").decode("utf-8", "replace")
    usable, problems = [], []
    for line in lines_of(text):
        try:
            usable.append(_usable(line, now()))
        except RefusedKeyError as error:
            problems.append(f"line {line.number} of {path!r} lets nobody in: {error}")
    for problem in problems:
        log.warning("%s", problem)
    if not usable:
        raise AuthenticationError(
            f"{path!r} holds no public key that may log in; append yours to it, as ssh-copy-id does"
            + "".join(f"; {problem}" for problem in problems[:1])
        )
    return asyncssh.import_authorized_keys("\n".join(usable))


def _usable(line: KeyLine, now: float) -> str:
    text = line.for_asyncssh(now)
    try:
        asyncssh.import_authorized_keys(text)
    except ValueError as error:
        raise RefusedKeyError(str(error)) from error
    return text


class OwnerLogin(asyncssh.SSHServer):
    """Lets one user in, with a key of his own, and forwards what he asks for."""

    def __init__(self, options: ServerOptions, open_ones: set[asyncssh.SSHServerConnection]) -> None:
        self._options = options
        self._open_ones = open_ones
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._open_ones.add(conn)
        requested.remember(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._connection is not None:
            self._open_ones.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Load the keys, which may be others than at the start; another user has none."""
        if username == self._options.user and self._connection is not None:
            try:
                self._connection.set_authorized_keys(read_keys(self._options.authorized_keys))
            except (AuthenticationError, StoreError, OSError) as error:
                log.warning("a login was refused: %s", error)
        return True

    def connection_requested(self, *_address: Any) -> bool:
        return True

    def unix_connection_requested(self, *_path: Any) -> bool:
        return True


def default_keys_path() -> str:
    """Return where OpenSSH looks for the keys of this user."""
    return os.path.expanduser("~/.ssh/authorized_keys")
