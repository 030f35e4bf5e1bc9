"""The set-up says in one line what is missing, and asks nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A checkout for somebody who is not root, on a machine with next to nothing on it."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup", tmp_path / "tools")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "dirname", "date", "awk", "env"):
        (programs / name).symlink_to(shutil.which(name) or pytest.skip(f"no {name} here"))
    (programs / "id").write_text("#!/bin/sh\necho 1000\n")
    (programs / "id").chmod(0o755)
    return tmp_path


def set_up(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = {
        "PATH": str(checkout / "bin"),
        "HOME": str(checkout / "home"),
        "PYENV_ROOT": str(checkout / "pyenv"),
    }
    return subprocess.run(
        [checkout / "tools" / "setup", *arguments],
        env=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def add_python(checkout: Path, version: str) -> None:
    """Put a pretend interpreter where pyenv keeps its own: it runs, and can do nothing else."""
    folder = checkout / "pyenv" / "versions" / f"{version}.0" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").write_text('#!/bin/sh\n[ "$1" = -c ]\n')
    (folder / "python").chmod(0o755)


def test_a_version_that_is_not_there_is_named(bare_machine: Path) -> None:
    result = set_up(bare_machine, "--python", "3.99")
    assert result.returncode == 1
    assert result.stderr.splitlines() == ["[setup] no Python 3.99 found on PATH or in pyenv"]


def test_a_missing_package_is_named_to_whoever_cannot_install_it(bare_machine: Path) -> None:
    add_python(bare_machine, "3.11")
    result = set_up(bare_machine)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "missing: git" in result.stderr
    assert "sudo apt-get install git" in result.stderr


def test_without_venv_its_package_is_named(bare_machine: Path) -> None:
    add_python(bare_machine, "3.11")
    (bare_machine / "bin" / "git").symlink_to(shutil.which("git") or "git")
    (bare_machine / "bin" / "rm").symlink_to(shutil.which("rm") or "rm")
    result = set_up(bare_machine)
    assert result.returncode == 1
    assert "missing: python3-venv" in result.stderr.splitlines()[-1]


def test_standard_output_is_the_environment_alone() -> None:
    if not (ROOT / ".venv").exists():
        pytest.skip("this checkout was not set up with tools/setup")
    result = subprocess.run(
        [ROOT / "tools" / "setup"],
        env=os.environ | {"CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == ".venv\n"
