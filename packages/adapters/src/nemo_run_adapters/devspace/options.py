"""What a server of a devspace is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Who may log in where.

    Attributes:
        user: The only name that may log in.
        authorized_keys: File with the public keys that may, in the form of OpenSSH; read at each login.
        host: Address or name to listen on.
        port: 0: a free one.
        shell: Program that runs commands, with ``-c``, and sessions without one.
        folder: Where commands and sessions start.
        environ: Their environment.
    """

    user: str
    authorized_keys: str
    host: str = "localhost"
    port: int = 0
    shell: str = "/bin/sh"
    folder: str = "."
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)  # it may hold secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A server that takes connections.

    Attributes:
        port: Where.
        host_key: Its public key, one line in the form of OpenSSH.
    """

    port: int
    host_key: str
