"""What tasks leave behind."""

import base64
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from nemo_run_adapters.local import results
from nemo_run_adapters.local.results import parse_result, read_old_status, read_own_file
from nemo_run_application.ports.results import TaskResult
from nemo_run_domain.job import JobState
from nemo_run_domain.outcome import TaskException


def parse(**record: Any) -> TaskResult | None:
    return parse_result(json.dumps(record).encode())


def pickled(value: Any) -> str:
    return base64.b64encode(pickle.dumps(value)).decode()


class Stubborn:
    """Refuses to be loaded."""

    def __reduce__(self) -> Any:
        return (int, ("no number",))


def test_values_arrive() -> None:
    assert parse(kind="json", value={"loss": 0.5}) == TaskResult(value={"loss": 0.5})
    assert parse(kind="pickle", data=pickled({1, 2})) == TaskResult(value={1, 2})
    assert parse(kind="repr", repr="<Model>") == TaskResult(value="<Model>")


def test_exceptions_arrive() -> None:
    found = parse(kind="exception", type="builtins.ValueError", message="no", traceback="Traceback")
    expected = TaskException(type="builtins.ValueError", message="no", traceback="Traceback")
    assert found == TaskResult(exception=expected)


@pytest.mark.parametrize("data", [pickled(Stubborn()), base64.b64encode(b"garbage").decode()])
def test_a_value_that_cannot_be_loaded_is_text(data: str) -> None:
    found = parse(kind="pickle", data=data)
    assert found is not None
    assert "cannot be loaded here" in found.value
    assert parse(kind="pickle", data=data, repr="<Model>") == TaskResult(value="<Model>")


def test_without_trust_a_value_that_names_code_is_text() -> None:
    record = {"kind": "pickle", "data": pickled([Stubborn()])}
    found = parse_result(json.dumps(record).encode(), trusted=False)
    assert found == TaskResult(value="<value that needs builtins.int, not loaded>")
    found = parse_result(json.dumps({**record, "repr": "<Model>"}).encode(), trusted=False)
    assert found == TaskResult(value="<Model>")


@pytest.mark.parametrize("opcodes", [b"cos\nsystem\n.", b"(S'true'\nios\nsystem\n.", b"Pid\n.", b"\x82\x01."])
def test_without_trust_no_opcode_executes_anything(opcodes: bytes) -> None:
    record = {"kind": "pickle", "data": base64.b64encode(opcodes).decode()}
    found = parse_result(json.dumps(record).encode(), trusted=False)
    assert found is not None
    assert found.value.startswith("<value that ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff",
        b'{"kind": "new"}',
        b'{"kind": "json"}',
        b'{"kind": "pickle", "data": "x"}',
    ],
)
def test_a_damaged_result_is_none(data: bytes) -> None:
    assert parse_result(data) is None


def test_a_huge_result_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_RESULT_BYTES", 4)
    found = parse_result(b"12345")
    assert found is not None
    assert "larger" in found.value
    (tmp_path / "r").write_bytes(b"123456789")
    assert read_own_file(str(tmp_path / "r"), 4) == b"12345"


def test_files_that_others_may_have_written_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r"
    path.write_text("x")
    link = tmp_path / "link"
    link.symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    assert read_own_file(str(path), 9) == b"x"
    assert read_own_file(str(tmp_path / "missing"), 9) is None
    assert read_own_file(str(link), 9) is None
    assert read_own_file(str(tmp_path / "pipe"), 9) is None
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    assert read_own_file(str(path), 9) is None


def test_others_may_not_write_to_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r"
    path.write_text("x")
    path.chmod(0o622)
    if os.geteuid() == 0:
        os.chown(path, 1234, -1)
        monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert read_own_file(str(path), 9) is None


@pytest.mark.parametrize(("group", "content"), [(1234, b"x"), (1235, None)])
def test_a_group_that_is_the_owner_alone_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int, content: bytes | None
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    path = tmp_path / "r"
    path.write_text("x")
    path.chmod(0o664)
    os.chown(path, 1234, group)
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert read_own_file(str(path), 9) == content


def test_the_end_of_an_old_job_is_read(tmp_path: Path) -> None:
    assert read_old_status(str(tmp_path)) is None
    (tmp_path / "SUCCESS").write_text("{")
    assert read_old_status(str(tmp_path)) is None
    (tmp_path / "SUCCESS").write_text('{"final_state": "SUCCEEDED", "last_updated": 7, "roles": {}}')
    status = read_old_status(str(tmp_path))
    assert status is not None
    assert (status.state, status.ended_at) == (JobState.SUCCEEDED, 7)
