"""Output as files; what running tasks print is in the contract suite."""

from pathlib import Path

import pytest

from nemo_run_adapters.local.client import SupervisorClient
from nemo_run_adapters.local.logs import LocalLogs
from nemo_run_adapters.local.registry import LocalRegistry
from nemo_run_adapters.local.request import LocalApp, LocalPlan
from nemo_run_application.ports.log_source import LogStream
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobHandle

HANDLE = JobHandle("local_persistent", "app")
COMBINED = LogStream(HANDLE, "main")
STDOUT = LogStream(HANDLE, "main", 0, "stdout")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "app" / "main" / "0"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def logs(tmp_path: Path) -> LocalLogs:
    registry = LocalRegistry(str(tmp_path / "home"))
    app = LocalApp(
        app_id="app", app_dir=str(tmp_path / "app"), role="main", argv=("x",), env={}, cwd="/", retries=0
    )
    registry.add([LocalPlan(unit_id="job", token="ab", apps=(app,))])
    return LocalLogs(SupervisorClient(), registry)


def test_a_cursor_is_where_the_last_read_ended(logs: LocalLogs, folder: Path) -> None:
    log = folder / "combined.log"
    log.write_bytes(b"one\n")
    first = logs.read({COMBINED: ""})[COMBINED]
    assert (first.data, logs.read({COMBINED: first.cursor})[COMBINED].data) == (b"one\n", b"")
    log.write_bytes(b"one\ntwo\n")
    assert logs.read({COMBINED: first.cursor})[COMBINED].data == b"two\n"


def test_a_chunk_is_bounded(logs: LocalLogs, folder: Path) -> None:
    (folder / "combined.log").write_bytes(b"x" * (3 << 20))
    sizes, cursor = [], ""
    while (chunk := logs.read({COMBINED: cursor})[COMBINED]).data:
        sizes.append(len(chunk.data))
        cursor = chunk.cursor
    assert sizes == [1 << 20] * 3


def test_a_stream_that_began_anew_is_read_from_its_beginning(logs: LocalLogs, folder: Path) -> None:
    log = folder / "stdout.log"
    log.write_bytes(b"a long first attempt\n")
    cursor = logs.read({STDOUT: ""})[STDOUT].cursor
    log.write_bytes(b"again\n")
    assert logs.read({STDOUT: cursor})[STDOUT].data == b"again\n"


def test_streams_are_files_of_their_own(logs: LocalLogs, folder: Path) -> None:
    (folder / "stdout.log").write_bytes(b"out")
    (folder / "stderr.log").write_bytes(b"err")
    stderr = LogStream(HANDLE, "main", 0, "stderr")
    chunks = logs.read({STDOUT: "", stderr: "", COMBINED: ""})
    assert [chunks[s].data for s in (STDOUT, stderr, COMBINED)] == [b"out", b"err", b""]


@pytest.mark.parametrize(("size", "end"), [(0, b""), (3, b"789"), (9, b"123456789"), (99, b"123456789")])
def test_the_end_of_a_log(logs: LocalLogs, folder: Path, size: int, end: bytes) -> None:
    (folder / "combined.log").write_bytes(b"123456789")
    assert logs.tail([COMBINED], size) == {COMBINED: end}


def test_the_end_of_a_missing_log_is_empty(logs: LocalLogs) -> None:
    assert logs.tail([COMBINED], 9) == {COMBINED: b""}
    assert logs.tail([], 9) == {}


def test_a_role_is_never_a_path(logs: LocalLogs, folder: Path) -> None:
    (folder / "combined.log").write_bytes(b"x")
    stranger = LogStream(HANDLE, "../app/main")
    assert logs.read({stranger: ""})[stranger].data == b""


def test_a_log_that_cannot_be_read_is_named(logs: LocalLogs, folder: Path) -> None:
    (folder / "combined.log").mkdir()
    with pytest.raises(BackendUnavailableError, match=r"combined\.log"):
        logs.read({COMBINED: ""})
