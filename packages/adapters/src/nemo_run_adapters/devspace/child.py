"""Processes on pipes or on a terminal of their own."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

Size = tuple[int, int, int, int]
"""Columns, rows, width and height in pixels."""


@dataclass(frozen=True, eq=False)
class Child:
    """A process, leader of its group.

    Attributes:
        process: The process itself.
        stdin: Descriptor of its input, to be closed by who feeds it.
        stdout: Descriptor of its output, to be closed by who reads it.
        stderr: Likewise; None where it has a terminal.
    """

    process: asyncio.subprocess.Process
    stdin: int
    stdout: int
    stderr: int | None

    @property
    def has_terminal(self) -> bool:
        """Whether it sits at a terminal."""
        return self.stderr is None

    def send(self, number: int) -> None:
        """Send a signal to its group; 0 and groups that have ended are all right."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


async def start(argv: Sequence[str], folder: str, environ: Mapping[str, str], size: Size | None) -> Child:
    """Start a process, on a terminal of that size if there is one.

    Raises:
        OSError: It cannot be started.
    """
    with ExitStack() as theirs, ExitStack() as ours:
        ends = _pipes(theirs, ours) if size is None else _terminal(theirs, ours, size)
        inner, outer = ends
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=inner[0],
            stdout=inner[1],
            stderr=inner[2],
            cwd=folder,
            env=dict(environ),
            start_new_session=True,
            preexec_fn=None if size is None else _take_terminal,
        )
        ours.pop_all()
        return Child(process, *outer)


def set_size(descriptor: int, size: Size) -> None:
    """Tell a terminal, and who sits at it, how big it is."""
    columns, rows, width, height = size
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, width, height))


_Ends = tuple[tuple[int, int, int], tuple[int, int, int | None]]


def _pipes(theirs: ExitStack, ours: ExitStack) -> _Ends:
    """Return the ends that the process gets, and those that stay here."""
    pairs = [os.pipe(), os.pipe(), os.pipe()]
    (in_read, in_write), (out_read, out_write), (err_read, err_write) = pairs
    inner, outer = (in_read, out_write, err_write), (in_write, out_read, err_read)
    _close_later(theirs, inner)
    _close_later(ours, outer)
    os.set_blocking(in_write, False)
    return inner, outer


def _terminal(theirs: ExitStack, ours: ExitStack, size: Size) -> _Ends:
    master, slave = os.openpty()
    _close_later(theirs, [slave])
    outer = (master, os.dup(master))
    _close_later(ours, outer)
    set_size(master, size)
    return (slave, slave, slave), (*outer, None)


def _close_later(stack: ExitStack, descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        stack.callback(os.close, descriptor)


def _take_terminal() -> None:
    """Make standard input the terminal of the new session."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
