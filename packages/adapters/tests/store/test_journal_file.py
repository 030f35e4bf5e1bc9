"""The journal on disk: one write per call, and a crash costs one line at most."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from nemo_run_adapters.store import journal_file
from nemo_run_adapters.store.experiments import FolderExperimentStore
from nemo_run_adapters.store.journal_file import hold_journal, is_journal_held
from nemo_run_domain.errors import StoreError
from nemo_run_domain.journal import Kind, Record

STORE = FolderExperimentStore()


def record(job: str) -> Record:
    return Record(kind=Kind.CANCEL, job=job, at=1.0)


def test_a_call_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    write = os.write

    def counted(descriptor: int, data: bytes) -> int:
        writes.append(data)
        return write(descriptor, data)

    monkeypatch.setattr(journal_file.os, "write", counted)
    STORE.append(str(tmp_path), [record("a"), record("b")])
    assert len(writes) == 1
    assert writes[0].count(b"\n") == 2


@pytest.mark.parametrize(("sync", "synced"), [(True, 1), (False, 0)])
def test_it_waits_for_the_disk_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: bool, synced: int
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(journal_file, "_sync_data", calls.append)
    STORE.append(str(tmp_path), [record("a")], sync=sync)
    assert len(calls) == synced


def test_a_torn_line_costs_no_other(tmp_path: Path) -> None:
    """Whatever byte a writer died at, what it wrote before and what others write later is read."""
    journal = tmp_path / "_JOURNAL"
    STORE.append(str(tmp_path), [record("first")], sync=False)
    kept = journal.stat().st_size
    STORE.append(str(tmp_path), [record("torn ü")], sync=False)
    whole = journal.read_bytes()
    for size in range(kept, len(whole)):
        journal.write_bytes(whole[:size])
        STORE.append(str(tmp_path), [record("later")], sync=False)
        jobs = [found.job for found in STORE.journal(str(tmp_path))]
        assert [job for job in jobs if job != "torn ü"] == ["first", "later"]


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(journal_file.os, "write", lambda fd, data: write(fd, data[:5]))
    with pytest.raises(StoreError, match="_JOURNAL"):
        STORE.append(str(tmp_path), [record("a")])
    monkeypatch.undo()
    STORE.append(str(tmp_path), [record("b")])
    assert STORE.journal(str(tmp_path)) == [record("b")]


def test_a_refused_write_names_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(journal_file.os, "write", full)
    with pytest.raises(StoreError, match=r"_JOURNAL.*No space left"):
        STORE.append(str(tmp_path), [record("a")])


def test_bytes_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    STORE.append(str(tmp_path), [record("a")])
    with (tmp_path / "_JOURNAL").open("ab") as journal:
        journal.write(b"\xff\xfe\0garbage\n[1]\n7\n")
    STORE.append(str(tmp_path), [record("b")])
    assert STORE.journal(str(tmp_path)) == [record("a"), record("b")]


def test_a_forked_child_keeps_no_journal(tmp_path: Path) -> None:
    path = str(tmp_path / "_JOURNAL")
    let_go = hold_journal(path)
    assert let_go is not None
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(writer)
        os.read(reader, 1)  # until the parent closes its end
        os._exit(0)
    os.close(reader)
    try:
        assert is_journal_held(path)
        let_go()
        assert not is_journal_held(path)
    finally:
        os.close(writer)
        os.waitpid(child, 0)
