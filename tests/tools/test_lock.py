"""The lock file keeps names, versions and hashes, and nothing about where they came from."""

import re
from pathlib import Path

import pytest
from tools.lock import HEADER, LOCK, check, copy_manifests, without_annotations


def test_notes_on_who_needs_what_are_dropped() -> None:
    export = "rich==1.0 \\\n    --hash=sha256:00\n    # via nemo-run\n    #   typer\ntyper==2.0\n"
    assert without_annotations(export) == "rich==1.0 \\\n    --hash=sha256:00\ntyper==2.0\n"


def test_an_export_that_names_a_host_is_refused() -> None:
    with pytest.raises(SystemExit, match="mirror"):
        without_annotations("--index-url https://mirror.invalid/simple\n")


def test_the_committed_file_holds_pinned_names_and_hashes_only() -> None:
    pin = re.compile(r"[a-z0-9.-]+==\S+( ; .+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = LOCK.read_text().removeprefix(HEADER).splitlines()
    assert len(lines) > 100
    assert [line for line in lines if not pin.fullmatch(line) and not digest.fullmatch(line)] == []


def test_a_difference_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(LOCK.read_text() + "added==1.0\n") == 1
    assert "+added==1.0" in capsys.readouterr().out


def test_only_manifests_are_resolved_from(tmp_path: Path) -> None:
    copy_manifests(tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    packages = {f"packages/{name}/pyproject.toml" for name in ("domain", "application", "adapters", "api")}
    assert names == packages | {"pyproject.toml"}
