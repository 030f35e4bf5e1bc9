"""Output of local jobs: files that any process of the user can read."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from nemo_run_adapters.local.client import SupervisorClient
from nemo_run_adapters.local.registry import LocalRegistry
from nemo_run_adapters.local.request import replica_dir
from nemo_run_application.ports.log_source import LogChunk, LogStream
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobHandle

_CHUNK_BYTES = 1 << 20
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK

ResultT = TypeVar("ResultT")


@dataclass(slots=True)
class LocalLogs:
    """Reads log files; a cursor is the number of bytes read. No file stays open.

    Attributes:
        client: Asked to tell of new output.
        registry: Knows the folders of all jobs.
    """

    client: SupervisorClient
    registry: LocalRegistry
    _watched: set[str] = field(init=False, default_factory=set[str])

    def streams(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, tuple[LogStream, ...]]:
        entries = {handle: self.registry.find(handle.native_id) for handle in handles}
        return {h: tuple(LogStream(h, role) for role in e.roles) for h, e in entries.items() if e is not None}

    def read(self, cursors: Mapping[LogStream, str]) -> Mapping[LogStream, LogChunk]:
        self._watch({stream.handle.native_id for stream in cursors})
        return {stream: self._read_chunk(stream, int(cursor or "0")) for stream, cursor in cursors.items()}

    def tail(self, streams: Collection[LogStream], size: int) -> Mapping[LogStream, bytes]:
        return {stream: self._with_file(stream, lambda fd: _read_end(fd, size), b"") for stream in streams}

    def _watch(self, app_ids: set[str]) -> None:
        """Ask for notices before the first read, so that little is missed between the two."""
        if new := app_ids - self._watched:
            self._watched |= new
            self.client.watch(new)

    def _read_chunk(self, stream: LogStream, start: int) -> LogChunk:
        data, end = self._with_file(stream, lambda fd: _read_from(fd, start), (b"", start))
        return LogChunk(data, str(end))

    def _with_file(self, stream: LogStream, read: Callable[[int], ResultT], missing: ResultT) -> ResultT:
        path = self._path(stream)
        try:
            descriptor = None if path is None else os.open(path, _READ)
        except FileNotFoundError:
            descriptor = None
        except OSError as error:
            raise BackendUnavailableError(f"cannot read the log {path!r}: {error}") from error
        if descriptor is None:
            return missing
        try:
            return read(descriptor)
        except OSError as error:
            raise BackendUnavailableError(f"cannot read the log {path!r}: {error}") from error
        finally:
            os.close(descriptor)

    def _path(self, stream: LogStream) -> str | None:
        entry = self.registry.find(stream.handle.native_id)
        if entry is None or stream.role not in entry.roles:
            return None
        return f"{replica_dir(entry.app_dir, stream.role, stream.replica)}/{stream.stream}.log"


def _read_from(descriptor: int, start: int) -> tuple[bytes, int]:
    """Return what stands behind ``start`` and where it ends.

    The files of single streams begin anew with each attempt; the combined one never does.
    """
    data = os.pread(descriptor, _CHUNK_BYTES, start)
    if not data and start > os.fstat(descriptor).st_size:
        return _read_from(descriptor, 0)
    return data, start + len(data)


def _read_end(descriptor: int, size: int) -> bytes:
    length = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, max(0, length - size)) if size > 0 else b""
