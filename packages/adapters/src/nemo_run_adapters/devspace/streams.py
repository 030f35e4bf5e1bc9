"""Reading and writing file descriptors without holding up the loop.

asyncio's own streams lose what was read when a terminal ends, because reading its last byte and its
end is an error of the operating system (Linux manual, ``pty(7)``: ``EIO``).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

_CHUNK = 64 * 1024


async def chunks(descriptor: int) -> AsyncIterator[bytes]:
    """Yield what can be read until the other side is closed, then close the descriptor."""
    os.set_blocking(descriptor, False)
    try:
        while data := await _read(descriptor):
            yield data
    finally:
        os.close(descriptor)


async def _read(descriptor: int) -> bytes:
    loop = asyncio.get_running_loop()
    while True:
        try:
            return os.read(descriptor, _CHUNK)
        except BlockingIOError:
            await _until(loop.add_reader, loop.remove_reader, descriptor)
        except OSError:
            return b""


async def write_all(descriptor: int, data: bytes) -> None:
    """Write everything.

    Raises:
        OSError: Nobody reads it any more.
    """
    loop = asyncio.get_running_loop()
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            await _until(loop.add_writer, loop.remove_writer, descriptor)


async def _until(add: Callable[..., Any], remove: Callable[[int], Any], descriptor: int) -> None:
    ready = asyncio.Event()
    add(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        remove(descriptor)
