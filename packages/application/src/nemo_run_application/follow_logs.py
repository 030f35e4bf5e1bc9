"""Print the output of jobs as it appears, without losing a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from nemo_run_application.ports.log_source import LogSource, LogStream
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobHandle
from nemo_run_domain.logs import LineAssembler

OnLine = Callable[[LogStream, str], None]


@dataclass(slots=True)
class _Position:
    cursor: str = ""
    lines: LineAssembler = field(default_factory=LineAssembler)


@dataclass(slots=True)
class LogFollower:
    """Follows jobs of one connection; remembers how far it has read each stream.

    Attributes:
        source: Where the output comes from.
        on_line: Receives every whole line.
        pattern: Only lines that contain it are passed on.
    """

    source: LogSource
    on_line: OnLine
    pattern: re.Pattern[str] | None = None
    _streams: dict[JobHandle, tuple[LogStream, ...]] = field(
        init=False, default_factory=dict[JobHandle, tuple[LogStream, ...]]
    )
    _positions: dict[LogStream, _Position] = field(init=False, default_factory=dict[LogStream, _Position])

    def read(self, handles: Collection[JobHandle]) -> bool:
        """Pass on what jobs have written since the last call; whether there was anything.

        A backend that cannot be asked at the moment is asked again by the next call.
        """
        try:
            return self._read(handles)
        except BackendUnavailableError:
            return False

    def finish(self, handles: Collection[JobHandle]) -> bool:
        """Pass on everything that ended jobs have written, an unfinished last line included.

        Returns:
            Whether it could be read to its end.
        """
        complete = self._read_to_end(handles)
        for handle in handles:
            for stream in self._streams.pop(handle, ()):
                self._pass_on(stream, self._positions.pop(stream).lines.close())
        return complete

    def _read_to_end(self, handles: Collection[JobHandle]) -> bool:
        try:
            while self._read(handles):
                pass
        except BackendUnavailableError:
            return False
        return True

    def _read(self, handles: Collection[JobHandle]) -> bool:
        streams = self._streams_of(handles)
        chunks = self.source.read({stream: self._positions[stream].cursor for stream in streams})
        for stream, chunk in chunks.items():
            position = self._positions[stream]
            position.cursor = chunk.cursor
            self._pass_on(stream, position.lines.feed(chunk.data))
        return any(chunk.data for chunk in chunks.values())

    def _streams_of(self, handles: Collection[JobHandle]) -> list[LogStream]:
        new = [handle for handle in handles if not self._streams.get(handle)]
        if new:
            self._learn(self.source.streams(new))
        return [stream for handle in handles for stream in self._streams.get(handle, ())]

    def _learn(self, found: Mapping[JobHandle, tuple[LogStream, ...]]) -> None:
        self._streams.update(found)
        for streams in found.values():
            for stream in streams:
                self._positions.setdefault(stream, _Position())

    def _pass_on(self, stream: LogStream, lines: Iterable[str]) -> None:
        for line in lines:
            if self.pattern is None or self.pattern.search(line):
                self.on_line(stream, line)
