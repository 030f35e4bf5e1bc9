"""A home folder for each test."""

from pathlib import Path

import pytest

from nemo_run import config


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setattr(config, "_home", str(folder))
    monkeypatch.setenv("NEMORUN_HOME", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return folder
