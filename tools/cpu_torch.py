"""Put a CPU build of torch where the torchrun tests find it, and print that folder.

The folder is an overlay for ``PYTHONPATH``, outside the environment, so that torch stays out of
``requirements.lock``. Only a wheel without CUDA packages is ever taken: one lying in a folder that
``PIP_FIND_LINKS`` names or, with ``--download``, one from torch's own CPU index. When there is none
it says so in one line and exits with 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAG = f"cp{sys.version_info.major}{sys.version_info.minor}"
OVERLAY = ROOT / ".tools" / f"torch-{TAG}"
MINUTES = 10


def find_wheel(find_links: str) -> Path | None:
    """Return the newest CPU wheel for this interpreter in the folders of a find-links value."""
    folders = [Path(part.removeprefix("file://")) for part in find_links.split()]
    wheels = [wheel for folder in folders for wheel in folder.glob(f"torch-*+cpu-{TAG}-*.whl")]
    return max(wheels, key=lambda wheel: wheel.name, default=None)


def find_uv() -> str | None:
    """Return the uv that ``tools/setup`` uses."""
    return shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".tools/uv/bin"))


def install(uv: str, what: list[str]) -> str | None:
    """Install into the overlay; return why it failed, or nothing.

    Args:
        uv: The program to install with.
        what: Requirements and options for ``uv pip install``.
    """
    command = [uv, "pip", "install", "--quiet", "--python", sys.executable, *what]
    try:
        rehearsal = _run([*command, "--dry-run", "--verbose"])
        if "nvidia-" in rehearsal.stdout + rehearsal.stderr:
            return "it would bring CUDA packages"
        result = _run([*command, "--target", str(OVERLAY)])
    except subprocess.TimeoutExpired:
        return f"it took over {MINUTES} minutes"
    return None if result.returncode == 0 else result.stderr.strip().splitlines()[-1]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=MINUTES * 60, check=False
    )


def requirements(*, download: bool) -> list[str] | None:
    """Return what to ask uv for, or nothing when no CPU build is at hand."""
    if wheel := find_wheel(os.environ.get("PIP_FIND_LINKS", "")):
        return [f"torch @ {wheel.as_uri()}", "numpy"]
    return ["torch", "numpy", "--torch-backend=cpu"] if download else None


def prepare(*, download: bool) -> str | None:
    """Fill the overlay unless it is there; return why there is none, or nothing."""
    if (OVERLAY / "torch" / "version.py").exists():
        return None
    if (what := requirements(download=download)) is None:
        return f"no wheel for {TAG} in PIP_FIND_LINKS; `tools/cpu_torch.py --download` fetches one"
    if (uv := find_uv()) is None:
        return "uv is missing; run tools/setup"
    if reason := install(uv, what):
        shutil.rmtree(OVERLAY, ignore_errors=True)
        return reason
    return None


def main() -> int:
    """Print the overlay's folder, or why there is none."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--download", action="store_true", help="fetch a CPU build when none is at hand")
    if reason := prepare(download=parser.parse_args().download):
        print(f"[torch] no CPU torch, torchrun tests will be skipped: {reason}", file=sys.stderr)
        return 1
    print(OVERLAY)
    return 0


if __name__ == "__main__":
    sys.exit(main())
