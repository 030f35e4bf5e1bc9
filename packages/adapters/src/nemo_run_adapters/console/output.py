"""The stream we write to: which one, whether it shows colours, and what to do when it breaks."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_WRITABLE_WITHIN = 5.0
"""Seconds to wait for a reader that does not read, on a non-blocking stream."""


def is_terminal(stream: Any, environ: Mapping[str, str]) -> bool:
    """Whether the cursor can be moved there; stand-ins for a stream may lack ``isatty``."""
    if environ.get("TERM") == "dumb":
        return False
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError, OSError):
        return False


def wants_color(stream: Any, environ: Mapping[str, str]) -> bool:
    """Whether to write colours there: ``NO_COLOR``, then ``FORCE_COLOR``, then what the stream is."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream, environ)


@dataclass(slots=True)
class Output:
    """Writes to one stream, at once and without ever raising.

    Attributes:
        stream: Where to; None is the ``sys.stdout`` of the moment, which programs replace.
        environ: Asked for colours each time.
    """

    stream: Any = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _broken: Any = None

    @property
    def current(self) -> Any:
        """The stream to use now; None when there is none."""
        return sys.stdout if self.stream is None else self.stream

    @property
    def color(self) -> bool:
        """Whether the stream of the moment shows colours."""
        return wants_color(self.current, self.environ)

    @property
    def terminal(self) -> bool:
        """Whether the stream of the moment is a terminal that can move its cursor."""
        return is_terminal(self.current, self.environ)

    def size(self) -> tuple[int, int]:
        """Return columns and lines of the terminal."""
        try:
            columns, lines = os.get_terminal_size(self.current.fileno())
        except (AttributeError, ValueError, OSError):
            columns, lines = 0, 0
        return columns or 80, lines or 24

    def write(self, text: str) -> None:
        """Write and flush; once nobody reads a stream any more, it is left alone."""
        stream = self.current
        if stream is None or stream is self._broken:
            return
        try:
            _write(stream, text)
        except BrokenPipeError:
            self._broken = stream
            _discard(stream)
        except (OSError, ValueError):  # a full disk, a closed file
            self._broken = stream


def _write(stream: Any, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    except BlockingIOError:
        pass  # what fits is in the buffer
    flush = getattr(stream, "flush", None)
    if flush is None:
        return
    try:
        flush()
    except BlockingIOError:
        select.select([], [stream], [], _WRITABLE_WITHIN)
        flush()


def _discard(stream: Any) -> None:
    """Let what is still buffered end nowhere, or Python complains about it when it exits.

    Source: Python documentation, library, ``signal``, "Note on SIGPIPE".
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (AttributeError, ValueError, OSError):
        return
