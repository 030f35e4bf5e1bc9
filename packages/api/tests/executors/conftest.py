"""A home folder for each test, and programs that tell what they were called with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nemo_run import config

STUB = """#!/bin/sh
echo "program $(basename "$0")"
for word in "$@"; do printf 'word %s\\n' "$word"; done
env | sed -n 's/^\\(LOGLEVEL\\|CUDA_LAUNCH_BLOCKING\\|NCCL_DESYNC_DEBUG\\|TORCH_[A-Z_]*\\)=/env &/p'
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setattr(config, "_home", str(folder))
    monkeypatch.setenv("NEMORUN_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    ours = ("LOGLEVEL", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "SLURM_NODEID", "SLURM_PROCID")
    for name in ours:
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put programs on ``PATH`` that print what they were called with, a line for each word."""

    def install(*names: str) -> None:
        folder = tmp_path / "programs"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_text(STUB)
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")

    assert sys.platform != "win32"
    return install
