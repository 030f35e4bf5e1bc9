"""What clients asked for where the key of theirs runs another command instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncssh

_NAME = "nemo_run_requested"
_PROGRAMS = {"sftp": "internal-sftp"}
"""Subsystem -> what OpenSSH calls it."""


def remember(connection: asyncssh.SSHServerConnection) -> None:
    """Let each session of a connection know what was asked for.

    asyncssh replaces that by the forced command of a key and forgets it, and has no hook in between. A
    version of it that works in another way only leaves ``SSH_ORIGINAL_COMMAND`` out.
    """
    create: Any = connection.create_server_channel

    def created(*args: Any, **kwargs: Any) -> Any:
        channel = create(*args, **kwargs)
        if (start := getattr(channel, "_start_session", None)) is not None:
            channel._start_session = lambda **asked: (_note(channel, **asked), start(**asked))[1]
        return channel

    connection.create_server_channel = created  # type: ignore[method-assign]


def _note(channel: Any, command: str | None = None, subsystem: str | None = None) -> None:
    asked = _PROGRAMS.get(subsystem, subsystem) if subsystem is not None else command
    channel.set_extra_info(**{_NAME: asked})


def original_command(session: asyncssh.SSHServerProcess[bytes]) -> str | None:
    """Return what the client asked for, where the key's own command runs instead."""
    connection = session.get_extra_info("connection")
    own = (connection.get_key_option("command"), connection.get_certificate_option("force-command"))
    return session.get_extra_info(_NAME) if own != (None, None) else None
