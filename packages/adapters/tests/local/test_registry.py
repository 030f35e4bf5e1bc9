"""Where jobs are, from any process."""

import json
import os
import stat
from pathlib import Path

import pytest

from nemo_run_adapters.local.registry import Entry, LocalRegistry
from nemo_run_adapters.local.request import LocalApp, LocalPlan
from nemo_run_domain.errors import StoreError
from nemo_run_domain.job import JobState


def plan(*app_ids: str, token: str = "ab") -> LocalPlan:
    apps = tuple(
        LocalApp(
            app_id=i,
            app_dir=f"/exp/{i}",
            role=f"role of {i}",
            argv=("x",),
            env={"S": "x"},
            cwd="/",
            retries=0,
        )
        for i in app_ids
    )
    return LocalPlan(unit_id="job", token=token, apps=apps)


def entry(app_id: str) -> Entry:
    return Entry(app_id=app_id, app_dir=f"/exp/{app_id}", roles=(f"role of {app_id}",))


def test_another_process_finds_jobs_by_id_and_by_token(tmp_path: Path) -> None:
    LocalRegistry(str(tmp_path)).add([plan("a", "b"), plan("c", token="other/../token")])
    other = LocalRegistry(str(tmp_path))
    assert other.find("b") == entry("b")
    assert other.of_token("ab") == [entry("a"), entry("b")]
    assert other.of_token("other/../token") == [entry("c")]


def test_unknown_ids_and_tokens_are_nowhere(tmp_path: Path) -> None:
    registry = LocalRegistry(str(tmp_path))
    assert registry.find("a") is None
    assert registry.of_token("ab") == []


def test_one_file_per_job_that_only_its_owner_reads(tmp_path: Path) -> None:
    LocalRegistry(str(tmp_path)).add([plan("a", "b")])
    folder = tmp_path / ".local_jobs"
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "b.json", "tokens"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.json")} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    record = {"app_dir": "/exp/a", "role": "role of a", "roles": ["role of a"], "token": "ab"}
    assert json.loads((folder / "a.json").read_text()) == record


@pytest.mark.parametrize("app_id", ["../secret", "a/../../secret", "a b", "", "x\0y"])
def test_an_id_is_never_a_path(tmp_path: Path, app_id: str) -> None:
    (tmp_path / ".local_jobs").mkdir()
    (tmp_path / "secret.json").write_text('{"app_dir": "/"}')
    assert LocalRegistry(str(tmp_path)).find(app_id) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"app_dir": 1}', '{"app_dir": "/", "roles": 5}'])
def test_a_damaged_entry_is_no_entry(tmp_path: Path, content: str) -> None:
    (tmp_path / ".local_jobs").mkdir()
    (tmp_path / ".local_jobs" / "a.json").write_text(content)
    assert LocalRegistry(str(tmp_path)).find("a") is None


def test_jobs_of_earlier_versions_are_found(tmp_path: Path) -> None:
    registry = LocalRegistry(str(tmp_path))
    old = tmp_path / ".local_jobs.json"
    old.write_text(json.dumps({"my job-x1": ["FAILED", "my job-x1", "/exp/old", ["r"]]}))
    expected = Entry(app_id="my job-x1", app_dir="/exp/old", roles=("r",), old_state=JobState.FAILED)
    assert registry.find("my job-x1") == expected
    before = old.stat()
    old.write_text("{}  ")
    os.utime(old, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert registry.find("my job-x1") is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / ".local_jobs").write_text("")
    with pytest.raises(StoreError, match="local_jobs"):
        LocalRegistry(str(tmp_path)).add([plan("a")])
