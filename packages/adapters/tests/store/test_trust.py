"""Only files that nobody else could have written are read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from nemo_run_adapters.store.experiments import FolderExperimentStore
from nemo_run_adapters.store.trust import check_trusted
from nemo_run_domain.errors import UntrustedFileError

ME, ROOT, SOMEBODY = 1000, 0, 1001
FILE = stat.S_IFREG


def found(mode: int, owner: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, owner, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o644, 0o755])
def test_my_own_files_are_read(mode: int) -> None:
    check_trusted("/f", found(FILE | mode, ME), user=ME)


@pytest.mark.parametrize("mode", [0o620, 0o664, 0o602, 0o666, 0o777])
def test_files_that_others_may_change_are_not(mode: int) -> None:
    with pytest.raises(UntrustedFileError, match="chmod go-w '/f'"):
        check_trusted("/f", found(FILE | mode, ME), user=ME)


@pytest.mark.parametrize("owner", [ROOT, SOMEBODY])
def test_files_of_others_are_not(owner: int) -> None:
    with pytest.raises(UntrustedFileError, match=f"belongs to user {owner}"):
        check_trusted("/f", found(FILE | 0o600, owner), user=ME)


def test_root_reads_what_root_owns_and_nothing_else() -> None:
    check_trusted("/f", found(FILE | 0o666, ROOT), user=ROOT)
    with pytest.raises(UntrustedFileError):
        check_trusted("/f", found(FILE | 0o600, SOMEBODY), user=ROOT)


def test_the_store_refuses_what_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_CONFIG").write_bytes(b"planted")
    monkeypatch.setattr(os, "geteuid", lambda: (tmp_path / "_CONFIG").stat().st_uid + 1)
    with pytest.raises(UntrustedFileError, match="_CONFIG"):
        FolderExperimentStore().read(str(tmp_path), "_CONFIG")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "_CONFIG")
    with pytest.raises(UntrustedFileError, match="no regular file"):
        FolderExperimentStore().read(str(tmp_path), "_CONFIG")


def test_a_link_is_judged_by_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"text")
    (tmp_path / "target").chmod(0o600)
    (tmp_path / "_CONFIG").symlink_to(tmp_path / "target")
    assert FolderExperimentStore().read(str(tmp_path), "_CONFIG") == b"text"
