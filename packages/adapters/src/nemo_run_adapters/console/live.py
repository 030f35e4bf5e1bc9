"""The lower end of a terminal, drawn again and again while text scrolls by above it."""

from __future__ import annotations

import atexit
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nemo_run_adapters.console.output import Output
from nemo_run_adapters.console.style import RESET

Frame = Callable[[int, int, bool], list[str]]
"""Columns, lines, colour -> lines to draw, none of them wider than the columns."""

_BATCH = 0.05  # seconds that text is held back, so that a burst is drawn once
_IDLE = 0.5  # seconds between two drawings when nothing happens: the time goes on
_MANY = 500  # held-back texts that are drawn at once, so that a slow terminal slows us down

_STYLING = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(slots=True, eq=False)
class LiveArea:
    """Prints text above an area that it keeps up to date, from a thread of its own.

    Nothing is held back for longer than about 0.1 seconds. Where the stream of the moment is no
    terminal, only the text is printed.

    Attributes:
        output: Where to.
        frame: Says what the area shows; called from the thread, one call at a time.
    """

    output: Output
    frame: Frame
    _pending: list[str] = field(default_factory=list[str])
    _drawn: list[str] = field(default_factory=list[str])
    _stream: Any = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to draw."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="nemo-run-console", daemon=True)
        self._thread.start()
        # A daemon that writes while the interpreter goes down would crash it.
        atexit.register(self.stop)

    def write(self, text: str = "") -> None:
        """Print ``text``, whole lines, above the area; the area is drawn anew in any case."""
        with self._lock:
            if text:
                self._pending.append(text)
            if len(self._pending) >= _MANY:
                self._draw(with_frame=True)
        self._wake.set()

    def stop(self) -> None:
        """Print what was held back and take the area away; may be called twice."""
        self._stopped.set()
        self._wake.set()
        atexit.unregister(self.stop)
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        with self._lock:
            self._draw(with_frame=False)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(_IDLE)
            if self._stopped.wait(_BATCH):
                return
            self._wake.clear()
            with self._lock:
                self._draw(with_frame=True)

    def _draw(self, *, with_frame: bool) -> None:
        columns, lines = self.output.size()
        shown = with_frame and self.output.terminal
        frame = self.frame(columns, lines, self.output.color) if shown else []
        text, self._pending = "".join(self._pending), []
        if not text and frame == self._drawn:
            return
        stream = self.output.current
        erase = _erase(self._drawn, columns) if stream is self._stream else ""
        if RESET[:2] in text and frame:
            text += RESET  # colours a task forgot to end
        self._drawn, self._stream = frame, stream
        self.output.write(erase + text + "".join(f"{line}\n" for line in frame))


def _erase(drawn: list[str], columns: int) -> str:
    """Return what takes the lines away, also when the terminal has become narrower since."""
    if not drawn:
        return ""
    height = sum(max(1, -(-len(_STYLING.sub("", line)) // columns)) for line in drawn)
    return f"\x1b[{height}A\r\x1b[J"
