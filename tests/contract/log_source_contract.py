"""What every log source promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from acts import Act, MakeUnit, until, wait_until_final

from nemo_run_application.backends import Connection
from nemo_run_application.ports.log_source import LogStream
from nemo_run_domain.job import JobHandle

LARGEST_CHUNK = 2 << 20


class LogSourceContract(ABC):
    """What every ``LogSource`` promises; subclass it and provide the two fixtures.

    Attributes:
        groups: Whether the backend runs units of several tasks.
    """

    groups = True

    @pytest.fixture
    @abstractmethod
    def connection(self) -> Connection:
        """Return an open connection that has logs."""

    @pytest.fixture
    @abstractmethod
    def make_unit(self, tmp_path: Path) -> MakeUnit:
        """Return what prepares units; see ``acts.prepared_unit``."""

    @pytest.fixture
    def logs(self, connection: Connection) -> Any:
        assert connection.logs is not None
        return connection.logs

    @pytest.fixture
    def start(self, connection: Connection, make_unit: MakeUnit) -> Iterator[Callable[..., Any]]:
        begun: list[JobHandle] = []

        def start(*acts: Act) -> tuple[JobHandle, ...]:
            (result,) = connection.scheduler.submit(connection.scheduler.plan([make_unit(*acts)]))
            begun.extend(result.handles)  # type: ignore[union-attr]
            return tuple(begun)

        yield start
        connection.scheduler.cancel(begun)
        wait_until_final(connection.scheduler, begun)
        connection.scheduler.close()

    def _read_all(self, logs: Any, stream: LogStream, cursor: str = "") -> bytes:
        text = b""
        while (chunk := logs.read({stream: cursor})[stream]).data:
            assert len(chunk.data) <= LARGEST_CHUNK
            text += chunk.data
            cursor = chunk.cursor
        return text

    def test_a_job_has_one_combined_stream(self, logs: Any, start: Any) -> None:
        (handle,) = start(Act(prints="hello\n"))
        assert logs.streams([handle]) == {handle: (LogStream(handle, "job", 0, "combined"),)}

    def test_unknown_jobs_have_no_stream(self, logs: Any) -> None:
        lost = JobHandle("any", "999999")
        assert not logs.streams([lost]).get(lost)
        assert not logs.streams([])

    def test_all_output_is_there_once_the_job_has_ended(
        self, connection: Connection, logs: Any, start: Any
    ) -> None:
        (handle,) = start(Act(prints="one\ntwo\rthree\nno end of line", exit_code=3))
        wait_until_final(connection.scheduler, [handle])
        assert self._read_all(logs, LogStream(handle, "job")) == b"one\ntwo\rthree\nno end of line"

    def test_reading_goes_on_behind_the_cursor(self, connection: Connection, logs: Any, start: Any) -> None:
        (handle,) = start(Act(prints="some text\n"))
        wait_until_final(connection.scheduler, [handle])
        stream = LogStream(handle, "job")
        chunk = logs.read({stream: ""})[stream]
        assert chunk.data
        assert chunk.data + self._read_all(logs, stream, chunk.cursor) == b"some text\n"
        end = logs.read({stream: ""})[stream].cursor
        assert logs.read({stream: end})[stream].data == b""
        assert logs.read({stream: end})[stream].cursor == end

    def test_much_output_comes_in_pieces_and_whole(
        self, connection: Connection, logs: Any, start: Any
    ) -> None:
        # As an argument of a program it must stay below the 128 KiB that Linux allows.
        text = "".join(f"line {number} ü\n" for number in range(7000))
        (handle,) = start(Act(prints=text))
        wait_until_final(connection.scheduler, [handle])
        assert self._read_all(logs, LogStream(handle, "job")) == text.encode()

    def test_output_can_be_read_while_the_job_runs(self, logs: Any, start: Any) -> None:
        (handle,) = start(Act(prints="started\n", stays=True))
        stream = LogStream(handle, "job")
        until(lambda: self._read_all(logs, stream) == b"started\n", what="the first line")
        cursor = logs.read({stream: ""})[stream].cursor
        assert logs.read({stream: cursor})[stream].data == b""

    def test_a_log_that_does_not_exist_reads_as_empty(self, logs: Any, start: Any) -> None:
        (handle,) = start(Act())
        for stream in (LogStream(JobHandle(handle.backend, "999999"), "job"), LogStream(handle, "nobody")):
            assert logs.read({stream: ""})[stream].data == b""

    def test_reading_nothing_gives_nothing(self, logs: Any) -> None:
        assert logs.read({}) == {}
        assert not logs.tail([], 10)

    @pytest.mark.parametrize(("size", "end"), [(4, b"end\n"), (100, b"one\nthe end\n"), (1, b"\n"), (0, b"")])
    def test_the_end_of_a_log_can_be_read_alone(
        self, connection: Connection, logs: Any, start: Any, size: int, end: bytes
    ) -> None:
        (handle,) = start(Act(prints="one\nthe end\n"))
        wait_until_final(connection.scheduler, [handle])
        stream = LogStream(handle, "job")
        assert logs.tail([stream], size).get(stream, b"") == end

    def test_a_missing_log_has_no_end(self, logs: Any, start: Any) -> None:
        (handle,) = start(Act(prints="text\n"))
        lost = LogStream(JobHandle(handle.backend, "999999"), "job")
        nobody = LogStream(handle, "nobody")
        tails = logs.tail([lost, nobody], 10)
        assert not tails.get(lost)
        assert not tails.get(nobody)

    def test_tasks_of_a_group_have_streams_of_their_own(
        self, connection: Connection, logs: Any, start: Any
    ) -> None:
        if not self.groups:
            pytest.skip("this backend runs no groups")
        handles = start(Act(prints="first\n", stays=True), Act(prints="second\n", stays=True))
        streams = [stream for handle in handles for stream in logs.streams(handles)[handle]]
        assert [stream.role for stream in streams] == ["job-0", "job-1"]
        wanted = [b"first\n", b"second\n"]
        until(lambda: [self._read_all(logs, stream) for stream in streams] == wanted, what="both lines")
