"""The SSH server of a devspace."""

from __future__ import annotations

import asyncio
import functools
import logging
import signal
from collections.abc import Callable

import asyncssh

from nemo_run_adapters.devspace.login import OwnerLogin, read_keys
from nemo_run_adapters.devspace.options import Listening, ServerOptions
from nemo_run_adapters.devspace.session import Sessions
from nemo_run_domain.errors import BackendError

_END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(options: ServerOptions, on_ready: Callable[[Listening], None], *, verbose: bool = False) -> None:
    """Serve until Ctrl-C or a signal to end; then close every session.

    Args:
        options: Who may log in where.
        on_ready: Called once connections are taken.
        verbose: Log every step of the protocol.

    Raises:
        AuthenticationError: No key may log in.
        UntrustedFileError: Somebody else may write to the file of keys.
        BackendError: It cannot listen there.
    """
    read_keys(options.authorized_keys)
    if verbose:
        _log_everything()
    asyncio.run(_serve(options, on_ready))


def _log_everything() -> None:
    logger = logging.getLogger("asyncssh")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler())
    asyncssh.set_debug_level(2)


async def _serve(options: ServerOptions, on_ready: Callable[[Listening], None]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        loop.add_signal_handler(number, ended.set)
    await serve_until(options, on_ready, ended)


async def serve_until(
    options: ServerOptions, on_ready: Callable[[Listening], None], ended: asyncio.Event
) -> None:
    """Serve until ``ended`` is set.

    Raises:
        BackendError: It cannot listen there.
    """
    key = asyncssh.generate_private_key("ssh-ed25519")
    sessions = Sessions(options)
    connections: set[asyncssh.SSHServerConnection] = set()
    acceptor = await _listen(options, key, sessions, connections)
    try:
        public = key.export_public_key("openssh").decode().strip()
        on_ready(Listening(port=acceptor.get_port(), host_key=public))
        await ended.wait()
    finally:
        acceptor.close()
        await sessions.close()
        for connection in [*connections]:
            connection.close()
            await connection.wait_closed()
        await acceptor.wait_closed()


async def _listen(
    options: ServerOptions,
    key: asyncssh.SSHKey,
    sessions: Sessions,
    connections: set[asyncssh.SSHServerConnection],
) -> asyncssh.SSHAcceptor:
    try:
        return await asyncssh.listen(
            options.host,
            options.port,
            server_factory=functools.partial(OwnerLogin, options, connections),
            server_host_keys=[key],
            process_factory=sessions.serve,
            sftp_factory=True,
            allow_scp=True,
            encoding=None,
            line_editor=False,
            public_key_auth=True,
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_host=None,
            keepalive_interval=30,
        )
    except OSError as error:
        raise BackendError(f"cannot listen on {options.host!r}, port {options.port}: {error}") from error
