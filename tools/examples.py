"""Run every example as it stands, each with an empty home for its experiments.

An example that cannot run here (its cluster is missing) says so on a line of its own,
``# needs: NAME``, and is left out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 180


def examples(root: Path) -> list[Path]:
    """Return the example scripts in order."""
    return sorted(path for path in root.glob("examples/*.py") if not path.name.startswith("_"))


def what_it_needs(path: Path) -> str | None:
    """Return the service an example says it needs, or nothing."""
    match = re.search(r"^# needs: (.+)$", path.read_text(), re.MULTILINE)
    return match[1] if match else None


def run(path: Path) -> str | None:
    """Run one example in a temporary folder; return what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NEMORUN_HOME": str(Path(folder) / "home")}
        try:
            result = subprocess.run(
                [sys.executable, str(path)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"took over {SECONDS} s"
    return None if result.returncode == 0 else f"exit code {result.returncode}\n{result.stdout}"


def main() -> int:
    """Run the examples named on the command line, or all of them."""
    chosen = [Path(argument).resolve() for argument in sys.argv[1:]] or examples(ROOT)
    if not chosen:
        print("[examples] there are none")
    failed = 0
    for path in chosen:
        if service := what_it_needs(path):
            print(f"[examples] {path.name}: left out, needs {service}")
            continue
        started = time.monotonic()
        problem = run(path)
        failed += problem is not None
        print(f"[examples] {path.name}: {problem or 'ran'} ({time.monotonic() - started:.1f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
