"""A home folder for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemo_run import config


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setattr(config, "_home", str(folder))
    monkeypatch.setenv("NEMORUN_HOME", str(folder))
    monkeypatch.delenv("NEMORUN_OUTPUT", raising=False)
    return folder
