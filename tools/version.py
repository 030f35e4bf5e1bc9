"""Show, check or change the one version all four distributions share.

``tools/version.py`` prints it, ``--check`` fails when a manifest or a pin differs, and
``tools/version.py 0.2.0`` writes it everywhere.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# `version = "0.1.0"` of the project, and the pins `nemo_run_x[extra]==0.1.0` among ourselves.
MENTION = re.compile(r'(?P<before>^version = "|nemo_run\w*(?:\[\w+\])?==)(?P<version>[^"]+)', re.MULTILINE)


def manifests(root: Path) -> list[Path]:
    """Return the four ``pyproject.toml`` files."""
    return sorted(root.glob("packages/*/pyproject.toml"))


def mentions(root: Path) -> list[tuple[Path, str]]:
    """Return every place that names our version: the file and what it says."""
    return [
        (path, match["version"]) for path in manifests(root) for match in MENTION.finditer(path.read_text())
    ]


def write(root: Path, version: str) -> None:
    """Put a version in every place that names one."""
    for path in manifests(root):
        path.write_text(MENTION.sub(lambda match: match["before"] + version, path.read_text()))


def main() -> int:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("new", nargs="?", help="the version to write")
    parser.add_argument("--check", action="store_true", help="fail when two places differ")
    arguments = parser.parse_args()
    if arguments.new:
        write(ROOT, arguments.new)
    found = mentions(ROOT)
    versions = {version for _, version in found}
    if arguments.check and len(versions) != 1:
        print("\n".join(f"{path.relative_to(ROOT)}: {version}" for path, version in found))
        return 1
    print(*sorted(versions))
    return 0


if __name__ == "__main__":
    sys.exit(main())
