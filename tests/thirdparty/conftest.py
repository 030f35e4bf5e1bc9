"""Packages of other people, written into a folder and found like installed ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "echo_backend.py.txt"

Install = Callable[..., Path]


def _install(site: Path, name: str, module: str, entry_point: str) -> Path:
    """Write a distribution of one module: ``<name>.py`` and its metadata."""
    (site / f"{name}.py").write_text(module)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[nemo_run.backends]\n{entry_point}\n")
    return info


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what installs a package until the end of the test."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)
    yield lambda name, module, entry_point: _install(site, name, module, entry_point)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) == str(site / f"{name}.py"):
            del sys.modules[name]


@pytest.fixture
def echo(install: Install) -> Path:
    """Install a backend that answers every command with its words."""
    return install("echo_backend", PACKAGE.read_text(), "echo = echo_backend:backend")
