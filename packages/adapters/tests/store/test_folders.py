"""What folders on a disk promise beyond the ports: who may read, what a crash leaves."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nemo_run_adapters.store import private
from nemo_run_adapters.store.experiments import FolderExperimentStore
from nemo_run_adapters.store.files import FolderFileStore
from nemo_run_adapters.store.private import make_folder, put_files, remove_tree
from nemo_run_domain.errors import NotFoundError, StoreError
from nemo_run_domain.journal import Kind, Record
from nemo_run_domain.layout import JobFile

STORE = FolderExperimentStore()
FILES = FolderFileStore()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask() -> Any:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    STORE.create(str(tmp_path / "title_1"))
    return tmp_path / "title_1"


@pytest.mark.usefixtures("open_umask")
def test_an_experiment_is_private_whatever_the_umask(tmp_path: Path) -> None:
    directory = tmp_path / "experiments" / "title" / "title_1"
    STORE.create(str(directory))
    STORE.write(str(directory), {"_CONFIG": b""})
    STORE.append(str(directory), [Record(kind=Kind.CANCEL, job="a", at=0)])
    assert {mode(p) for p in (directory, directory.parent, directory.parent.parent)} == {0o700}
    assert {mode(p) for p in directory.iterdir()} == {0o600}


@pytest.mark.usefixtures("open_umask")
def test_a_job_folder_is_private_whatever_the_umask(tmp_path: Path) -> None:
    files = [JobFile(path="configs/a", content=b""), JobFile(path="run.sh", content=b"", executable=True)]
    FILES.write(str(tmp_path / "job"), files)
    assert mode(tmp_path / "job") == mode(tmp_path / "job" / "configs") == 0o700
    assert mode(tmp_path / "job" / "configs" / "a") == 0o600
    assert mode(tmp_path / "job" / "run.sh") == 0o700


def test_nothing_temporary_is_left(directory: Path) -> None:
    STORE.write(str(directory), {"_CONFIG": b"1", "_TASKS": b"2"})
    assert sorted(path.name for path in directory.iterdir()) == ["_CONFIG", "_TASKS"]


def test_a_full_disk_changes_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    STORE.write(str(directory), {"_CONFIG": b"old", "_TASKS": b"old"})
    calls: list[int] = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(private.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        STORE.write(str(directory), {"_CONFIG": b"new", "_TASKS": b"new"})
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == {
        "_CONFIG": b"old",
        "_TASKS": b"old",
    }


def test_files_are_on_disk_before_their_names_change(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(private.os, "fsync", lambda fd: (steps.append("sync"), fsync(fd)))
    monkeypatch.setattr(private.os, "replace", lambda a, b: (steps.append("rename"), replace(a, b)))
    STORE.write(str(directory), {"_CONFIG": b"1", "_TASKS": b"2"})
    assert steps == ["sync", "sync", "rename", "rename", "sync"]


def test_job_files_do_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private.os, "fsync", lambda _fd: pytest.fail("waited for the disk"))
    FILES.write(str(tmp_path / "job"), [JobFile(path="a/b", content=b"1")])


def test_a_file_system_without_folder_sync_is_no_error(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def picky(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no")
        fsync(descriptor)

    monkeypatch.setattr(private.os, "fsync", picky)
    STORE.write(str(directory), {"_CONFIG": b"1"})
    assert STORE.read(str(directory), "_CONFIG") == b"1"


def test_a_failing_folder_sync_is_told(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(private.os, "fsync", broken)
    with pytest.raises(StoreError, match="broken disk"):
        STORE.write(str(directory), {"_CONFIG": b"1"})


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "title").write_bytes(b"")
    with pytest.raises(StoreError, match="title_1"):
        STORE.create(str(tmp_path / "title" / "title_1"))
    with pytest.raises(StoreError, match="title"):
        STORE.create(str(tmp_path / "title"), exist_ok=True)
    with pytest.raises(StoreError, match="title"):
        FILES.write(str(tmp_path / "title"), [JobFile(path="a", content=b"")])
    with pytest.raises(StoreError, match="title"):
        FILES.remove(str(tmp_path / "title"))
    assert STORE.names(str(tmp_path / "title")) == []


def test_a_folder_in_the_way_is_named(directory: Path) -> None:
    (directory / "_CONFIG").mkdir()
    with pytest.raises(StoreError, match="_CONFIG"):
        STORE.write(str(directory), {"_CONFIG": b""})
    assert [path.name for path in directory.iterdir()] == ["_CONFIG"]
    with pytest.raises(StoreError, match="_CONFIG"):
        FILES.read(str(directory / "_CONFIG"))


def test_unreachable_parents_are_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(OSError, match="link"):
        make_folder(str(tmp_path / "link" / "a"))


def test_a_folder_that_vanishes_while_it_is_deleted_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    rmtree = shutil.rmtree

    def interrupted(folder: str) -> None:
        monkeypatch.setattr(shutil, "rmtree", rmtree)
        raise FileNotFoundError(folder)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    remove_tree(str(tmp_path / "a"))
    assert not (tmp_path / "a").exists()


def test_putting_no_file_does_nothing() -> None:
    put_files([], sync=True)


def test_a_writer_that_is_killed_leaves_the_old_file(directory: Path) -> None:
    """The process dies between the temporary file and the rename."""
    STORE.write(str(directory), {"_CONFIG": b"old"})
    program = (
        "import os, signal, sys\n"
        "from nemo_run_adapters.store import private\n"
        "from nemo_run_adapters.store.experiments import FolderExperimentStore\n"
        "private.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "FolderExperimentStore().write(sys.argv[1], {'_CONFIG': b'new'})\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(directory)],
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ended.returncode == -signal.SIGKILL
    assert STORE.read(str(directory), "_CONFIG") == b"old"
    STORE.delete(str(directory))
    assert not STORE.exists(str(directory))


def test_what_is_not_there_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        STORE.created(str(tmp_path / "gone"))
    with pytest.raises(NotFoundError):
        FILES.read(str(tmp_path / "gone"))


def test_a_place_that_takes_no_folders_is_refused_and_not_asked_for_ever() -> None:
    with pytest.raises(StoreError, match="/proc"):
        FILES.write("/proc/nemo-run/x", [JobFile(path="a", content=b"")])
