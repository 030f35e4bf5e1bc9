"""Commands and shells of those who are logged in, with a terminal where they ask for one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from subprocess import SubprocessError
from typing import TYPE_CHECKING

from nemo_run_adapters.devspace.child import Child, set_size, start
from nemo_run_adapters.devspace.options import ServerOptions
from nemo_run_adapters.devspace.requested import original_command
from nemo_run_adapters.devspace.streams import chunks, write_all

if TYPE_CHECKING:
    import asyncssh

    Session = asyncssh.SSHServerProcess[bytes]

_TAKEN_OVER = ("LANG", "LC_")
_ORIGINAL = "SSH_ORIGINAL_COMMAND"


class Sessions:
    """Starts the process of each session, and ends them all."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._open: dict[asyncio.Task[None] | None, Child] = {}

    async def serve(self, session: Session) -> None:
        """Run what a session asks for, to its end; exit code 127 says that it cannot start."""
        try:
            child = await self._start(session)
        except (OSError, ValueError, SubprocessError) as error:
            session.stderr.write(f"nemo_run: the session cannot start: {error}\n".encode())
            session.exit(127)
            return
        this = asyncio.current_task()
        self._open[this] = child
        feeding = asyncio.create_task(_feed(session, child))
        try:
            await asyncio.gather(
                _copy(chunks(child.stdout), session.stdout),
                *([_copy(chunks(child.stderr), session.stderr)] if child.stderr is not None else []),
            )
            _report(session, await child.process.wait())
        finally:
            del self._open[this]
            feeding.cancel()

    async def _start(self, session: Session) -> Child:
        environ = _environment(self._options.environ, session)
        words = ["-l"] if session.command is None else ["-c", session.command]
        size = session.term_size if session.term_type else None
        return await start([self._options.shell, *words], self._options.folder, environ, size)

    async def close(self, patience: float = 3.0) -> None:
        """End the processes of all open sessions.

        Args:
            patience: Seconds they have between hearing of it and being killed.
        """
        for number in (signal.SIGHUP, signal.SIGKILL):
            for child in self._open.values():
                child.send(number)
            if tasks := [task for task in self._open if task is not None]:
                await asyncio.wait(tasks, timeout=patience)


async def _copy(source: AsyncIterator[bytes], target: asyncssh.SSHWriter[bytes]) -> None:
    """Send output while somebody takes it; then let its writer find out."""
    with suppress(BrokenPipeError, ConnectionError):
        async for data in source:
            target.write(data)
            await target.drain()
    await source.aclose()  # type: ignore[attr-defined]


async def _feed(session: Session, child: Child) -> None:
    """Pass on input, signals and sizes of the terminal until the client ends them."""
    try:
        while data := await _input(session, child):
            await write_all(child.stdin, data)
    except OSError:
        pass  # nobody reads it
    finally:
        if child.has_terminal:
            await _closed(session, child)
        os.close(child.stdin)


async def _input(session: Session, child: Child) -> bytes:
    import asyncssh

    while True:
        try:
            return await session.stdin.read(65536)
        except asyncssh.TerminalSizeChanged as change:
            set_size(child.stdin, change.term_size)
        except asyncssh.SignalReceived as received:
            child.send(getattr(signal, f"SIG{received.signal}", 0))
        except asyncssh.BreakReceived:
            child.send(signal.SIGINT)


async def _closed(session: Session, child: Child) -> None:
    """Wait for the client to go; a terminal nobody sits at hangs up."""
    await session.wait_closed()
    child.send(signal.SIGHUP)


def _environment(base: Mapping[str, str], session: Session) -> dict[str, str]:
    """Return what a process gets: of the client's variables only those of its language."""
    sent = {name: value for name, value in session.env.items() if name.startswith(_TAKEN_OVER)}
    terminal = {"TERM": session.term_type} if session.term_type else {}
    original = original_command(session)
    asked = {} if original is None else {_ORIGINAL: original}
    return {**{name: base[name] for name in base if name != _ORIGINAL}, **sent, **terminal, **asked}


def _report(session: Session, code: int) -> None:
    if code >= 0:
        session.exit(code)
    else:
        session.exit_with_signal(signal.Signals(-code).name.removeprefix("SIG"))
