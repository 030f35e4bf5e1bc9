"""Run every example as it stands, each with an empty home for its experiments.

An example is a script, or a folder whose README holds commands in blocks of ``sh``: these run one after the
other in a copy of the folder, and the first one that fails ends it. One that cannot run here (its cluster is
missing) says so on a line of its own, ``# needs: NAME``, and is left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 180


def examples(root: Path) -> list[Path]:
    """Return the example scripts, and the READMEs of folders, in order."""
    found = [*root.glob("examples/*.py"), *root.glob("examples/*/README.md")]
    return sorted(path for path in found if not path.name.startswith("_"))


def what_it_needs(path: Path) -> str | None:
    """Return the service an example says it needs, or nothing."""
    match = re.search(r"^# needs: (.+)$", path.read_text(), re.MULTILINE)
    return match[1] if match else None


def commands(readme: str) -> str:
    """Return the commands of a README as one script for a shell that ends at the first that fails.

    A line that starts with ``!`` has to fail, which ``set -e`` does not see to.
    """
    lines = "".join(re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL))
    return "set -eux\n" + re.sub(r"^! (.+)$", r"if \1; then exit 99; fi", lines, flags=re.MULTILINE)


def _argv(path: Path, folder: Path) -> list[str]:
    if path.suffix == ".py":
        return [sys.executable, str(path)]
    shutil.copytree(path.parent, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return ["bash", "-c", commands(path.read_text())]


def run(path: Path) -> str | None:
    """Run one example in a temporary folder; return what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        environment = os.environ | {"NEMORUN_HOME": str(Path(folder) / "home"), "PATH": programs}
        try:
            result = subprocess.run(
                _argv(path, Path(folder)),
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


def _name(path: Path) -> str:
    return path.name if path.suffix == ".py" else f"{path.parent.name}/"


def main() -> int:
    """Run the examples named on the command line, or all of them."""
    chosen = [Path(argument).resolve() for argument in sys.argv[1:]] or examples(ROOT)
    if not chosen:
        print("[examples] there are none")
    failed = 0
    for path in chosen:
        if service := what_it_needs(path):
            print(f"[examples] {_name(path)}: left out, needs {service}")
            continue
        started = time.monotonic()
        problem = run(path)
        failed += problem is not None
        print(
            f"[examples] {_name(path)}: {problem or 'ran'} ({time.monotonic() - started:.1f} s)", flush=True
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
