"""Composition root: the only module that names concrete adapters."""

from __future__ import annotations

import errno
import os
import pwd
import threading
from collections.abc import Callable
from typing import IO

from nemo_run.config import get_nemorun_home
from nemo_run_adapters.clock import SystemClock
from nemo_run_adapters.codec.task_codec import FiddleTaskCodec
from nemo_run_adapters.console import GOODBYE_BASH as GOODBYE_BASH
from nemo_run_adapters.console import GOODBYE_PYTHON as GOODBYE_PYTHON
from nemo_run_adapters.console import Printer, StatusRow, choose_printer, choose_reporter
from nemo_run_adapters.store.experiments import FolderExperimentStore
from nemo_run_adapters.store.files import FolderFileStore
from nemo_run_adapters.store.private import NewFile, put_files
from nemo_run_adapters.store.trust import read_trusted as read_file
from nemo_run_application.backends import Backend, BackendRegistry, ConnectContext
from nemo_run_application.ports.experiment_store import ExperimentStore
from nemo_run_application.ports.reporter import Reporter
from nemo_run_application.ports.task_codec import TaskCodec
from nemo_run_application.services import Connections, Services
from nemo_run_application.workers import Workers

_lock = threading.Lock()
_registry = BackendRegistry(is_settled=lambda kind: kind.__module__.startswith("nemo_run."))
_connections: dict[str, Connections] = {}


def _builtin_backends() -> None:
    from nemo_run_adapters.local.plugin import backend as local

    _registry.register(local)


def registry() -> BackendRegistry:
    """Return the backends of this process."""
    with _lock:
        if "local_persistent" not in _registry.known():
            _builtin_backends()
    return _registry


def register_backend(backend: Backend) -> None:
    """Add a backend without an entry point, for this process."""
    registry().register(backend)


def connections(home: str | None = None) -> Connections:
    """Return the open connections of this process for one home folder."""
    where = os.path.abspath(home or get_nemorun_home())
    backends = registry()
    with _lock:
        if where not in _connections:
            _connections[where] = Connections(backends, ConnectContext(home=where))
        return _connections[where]


def store() -> ExperimentStore:
    """Return the store of saved experiments."""
    return FolderExperimentStore()


def codec() -> TaskCodec:
    """Return the codec for configured functions."""
    return FiddleTaskCodec()


def services(*, clean: bool = False, threads: int = 16, stream: IO[str] | None = None) -> Services:
    """Wire up everything a use case needs."""
    return Services(
        connections=connections(),
        store=store(),
        files=FolderFileStore(),
        reporter=reporter(clean=clean, stream=stream),
        clock=SystemClock(),
        workers=Workers(threads),
        environ=dict(os.environ),
    )


def reporter(*, clean: bool = False, stream: IO[str] | None = None) -> Reporter:
    """Choose how to tell people what happens: for a terminal, for a file, or as JSON."""
    return choose_reporter(stream=stream, environ=os.environ, clean=clean)


def printer(*, clean: bool = False) -> Printer:
    """Choose how to print the texts around a run."""
    return choose_printer(environ=os.environ, clean=clean)


def status_row(**fields: str) -> StatusRow:
    """Return one job of the status block."""
    return StatusRow(**fields)


def read_trusted(path: str) -> bytes:
    """Return the content of a file that only this user can have written.

    Raises:
        UntrustedFileError: Others own it or may write to it.
        FileNotFoundError: It is not there.
    """
    content = read_file(path)
    if content is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return content


def serve_devspace(
    *, user: str, host: str, on_ready: Callable[[int, str], None], folder: str, verbose: bool = False
) -> None:
    """Let this user log in over SSH with his own keys, until Ctrl-C or a signal to end.

    Args:
        user: The name he logs in with.
        host: Name or address to listen on, on a free port.
        on_ready: Called with the port and the public host key once connections are taken.
        folder: Where commands and sessions start.
        verbose: Log every step of the protocol.

    Raises:
        AuthenticationError: The user has no authorized key.
        BackendError: It cannot listen there.
    """
    from nemo_run_adapters.devspace.login import default_keys_path  # these load an SSH library
    from nemo_run_adapters.devspace.options import ServerOptions
    from nemo_run_adapters.devspace.server import serve

    options = ServerOptions(
        user=user,
        authorized_keys=default_keys_path(),
        host=host,
        shell=_shell(),
        folder=folder,
        environ=dict(os.environ),
    )
    serve(options, lambda found: on_ready(found.port, found.host_key), verbose=verbose)


def _shell() -> str:
    """Return the shell of this user; images often have users that no file knows."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_shell or "/bin/sh"
    except KeyError:
        return os.environ.get("SHELL") or "/bin/sh"


def write_private(path: str, content: bytes) -> None:
    """Replace a file, which only this user can read; a reader sees the old or the new content.

    Raises:
        StoreError: It cannot be written.
    """
    put_files([NewFile(path, content)], sync=False)
