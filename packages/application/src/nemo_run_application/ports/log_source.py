"""Output of jobs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from nemo_run_domain.job import JobHandle

StreamName = Literal["stdout", "stderr", "combined"]


@dataclass(frozen=True, slots=True)
class LogStream:
    """One stream of one replica.

    Attributes:
        handle: The job.
        role: Name of the task.
        replica: Number of the copy, from 0.
        stream: Which of its outputs.
    """

    handle: JobHandle
    role: str
    replica: int = 0
    stream: StreamName = "combined"


@dataclass(frozen=True, slots=True)
class LogChunk:
    """What was written since the last read.

    Attributes:
        data: At most about 1 MiB; empty when there is nothing new at the moment.
        cursor: To be passed to the next read; opaque.
    """

    data: bytes
    cursor: str


class LogSource(Protocol):
    """Reads the output of jobs, from any process, while they run and afterwards.

    Every implementation passes ``LogSourceContract`` in ``tests/contract``.
    """

    def streams(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, tuple[LogStream, ...]]:
        """Return the combined stream of every replica, in role order; none for unknown jobs.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...

    def read(self, cursors: Mapping[LogStream, str]) -> Mapping[LogStream, LogChunk]:
        """Return what stands behind each cursor; ``""`` is the beginning.

        Never blocks for new output. Once a job's status is final, reading until a chunk is empty
        has returned everything it wrote. A log that does not exist yet reads as empty.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...

    def tail(self, streams: Collection[LogStream], size: int) -> Mapping[LogStream, bytes]:
        """Return the last ``size`` bytes, or fewer, of each stream; of a missing log none.

        Raises:
            BackendUnavailableError: The backend cannot be asked at the moment.
        """
        ...
