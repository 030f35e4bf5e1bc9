"""Write ``requirements.lock``: every dependency with its version and hashes, and no download host.

``--check`` resolves afresh and fails when the file does not say the same. Resolving starts from the
``pyproject.toml`` files alone, in an empty folder, so that an old ``uv.lock`` has no say.
"""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HEADER = "# Written by tools/lock.py: what every extra and every developer tool resolves to. Do not edit.\n"
EXPORT = ("export", "--all-packages", "--all-extras", "--all-groups", "--no-emit-workspace", "--no-header")


def copy_manifests(target: Path) -> None:
    """Copy the workspace's ``pyproject.toml`` files, and nothing else, to another folder."""
    for manifest in (ROOT / "pyproject.toml", *sorted(ROOT.glob("packages/*/pyproject.toml"))):
        copy = target / manifest.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(manifest, copy)


def resolve() -> str:
    """Return what the lock file should say."""
    uv = shutil.which("uv") or str(ROOT / ".tools/uv/bin/uv")
    with tempfile.TemporaryDirectory() as folder:
        copy_manifests(Path(folder))
        command = [uv, "--quiet", *EXPORT, "--format=requirements-txt", f"--python={sys.executable}"]
        result = subprocess.run(
            command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
        )
    return HEADER + without_annotations(result.stdout)


def without_annotations(text: str) -> str:
    """Drop the ``# via`` lines: they repeat the manifests and grow with every package."""
    text = re.sub(r"^ +#.*\n", "", text, flags=re.MULTILINE)
    if match := re.search(r"\w+://\S+", text):
        raise SystemExit(f"[lock] the export names a host: {match[0]}")
    return text


def check(expected: str) -> int:
    """Compare the committed file with a fresh resolution and print the first differences."""
    actual = LOCK.read_text() if LOCK.exists() else ""
    if actual == expected:
        print(f"[lock] {LOCK.name} is up to date")
        return 0
    lines = difflib.unified_diff(
        actual.splitlines(), expected.splitlines(), "committed", "resolved", n=0, lineterm=""
    )
    print("\n".join(list(lines)[:20]))
    print(f"[lock] {LOCK.name} is out of date: run tools/lock.py")
    return 1


def main() -> int:
    """Write the lock file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    expected = resolve()
    if arguments.check:
        return check(expected)
    LOCK.write_text(expected)
    print(f"[lock] wrote {LOCK.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
