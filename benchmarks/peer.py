"""The published reference, installed into an environment of its own, outside this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

VERSION = "0.11.1"
PYTHON = "3.11"
# Newer releases of leptonai no longer have the modules that this version imports at start.
REQUIREMENTS = (f"nemo_run=={VERSION}", "leptonai<0.47")


def cache_dir() -> Path:
    """Return the folder that keeps the environment between two runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nemo_run-bench"


def python() -> Path:
    """Return the peer's interpreter, creating its environment the first time.

    Raises:
        RuntimeError: uv is missing or could not install the peer.
    """
    folder = cache_dir() / f"peer-{VERSION}"
    interpreter = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        _install(folder, interpreter)
        done.touch()
    return interpreter


def _install(folder: Path, interpreter: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        raise RuntimeError("the peer is installed with uv, which is not on PATH; or use --no-peer")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _call(uv, "venv", "--quiet", "--clear", "--python", PYTHON, str(folder))
    # --no-config: the peer's versions are its own business, not this workspace's.
    install = (uv, "pip", "install", "--quiet", "--no-config", "--compile-bytecode")
    _call(*install, "--python", str(interpreter), *REQUIREMENTS)


def _call(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])} failed: {result.stderr.strip()}")
