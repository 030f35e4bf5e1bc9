"""The side of a devspace that serves it."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from collections.abc import Callable

from nemo_run import _bootstrap
from nemo_run.core.tunnel import server
from nemo_run.devspace.base import SPACE_FILE, DevSpace
from nemo_run.exceptions import InvalidConfigError, UntrustedFileError

STDIN = "-"
_OF_PATHS = frozenset("/.")
"""What no text of a space has in it."""


def text_of(named: str) -> str:
    """Return the text of a space: itself, that of a file, or that of standard input for ``-``.

    Raises:
        InvalidConfigError: There is no such file.
        UntrustedFileError: Somebody else may write to the file.
    """
    if named == STDIN:
        return sys.stdin.read().strip()
    if not _OF_PATHS.intersection(named):
        return named
    try:
        return _bootstrap.read_trusted(os.path.expanduser(named)).decode("ascii", "replace").strip()
    except UntrustedFileError:
        raise
    except OSError as error:
        raise InvalidConfigError(f"the text of the devspace cannot be read: {error}") from error


def serve(
    space: DevSpace,
    serialized: str,
    *,
    tell: Callable[[str, str], None],
    verbose: bool = False,
    hostname: str | None = None,
) -> None:
    """Serve a devspace until Ctrl-C or a signal to end.

    Args:
        space: What is served.
        serialized: The text that made it, for those who connect.
        tell: Called with ``user@host`` and the folder once connections are taken.
        verbose: Log every step of the protocol.
        hostname: Name of this machine to listen on; None: only its own programs can connect.

    Raises:
        AuthenticationError: No key may log in.
        BackendError: It cannot listen there.
    """
    folder = server.server_dir(os.path.abspath(_job_dir(space)), space.name)
    server.launch(
        folder,
        space.name,
        verbose=verbose,
        hostname=hostname,
        files={SPACE_FILE: serialized},
        on_ready=lambda: tell(_address(space), str(folder)),
    )


def _job_dir(space: DevSpace) -> str:
    """Return the folder of the space on this machine: that of its tunnel, where it has one."""
    tunnel = getattr(space.executor, "tunnel", None)
    return getattr(tunnel, "job_dir", "") or space.executor.job_dir or os.getcwd()


def _address(space: DevSpace) -> str:
    """Return where others log in: the login node they know, or this machine."""
    tunnel = getattr(space.executor, "tunnel", None)
    user, host = getattr(tunnel, "user", ""), getattr(tunnel, "host", "")
    if user and host:
        return f"{user}@{host}"
    return f"{getpass.getuser()}@{socket.gethostname()}"
