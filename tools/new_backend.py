"""Start a new backend: the folder every backend has, its entry point, and its contract test.

``tools/new_backend.py mycluster --title "My Cluster"`` writes

- ``packages/adapters/src/nemo_run_adapters/mycluster/`` with one file per room,
- a line in the entry-point group ``nemo_run.backends``,
- ``tests/contract/test_mycluster.py``, which runs the scheduler contract against it.
"""

from __future__ import annotations

import argparse
import keyword
import re
import subprocess
import sys
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "backend_template"
ADAPTERS = Path("packages/adapters")
GROUP = '[project.entry-points."nemo_run.backends"]'
NEXT = """\
next:
  1. run tools/setup, so that the entry point is installed
  2. fill {folder} from settings.py to scheduler.py until tools/test {test} passes
  3. give its users an executor: a subclass of {settings} in packages/api/src/nemo_run/core/execution/
     and a line in the export table of packages/api/src/nemo_run/__init__.py"""


def check_name(name: str, root: Path) -> None:
    """Stop with a message unless a backend can be called this."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise SystemExit(
            f"{name!r} is no name for a folder of Python modules: use lower-case letters, digits and _"
        )
    if (folder := root / ADAPTERS / "src/nemo_run_adapters" / name).exists():
        raise SystemExit(f"{folder.relative_to(root)} exists already")


def class_prefix(name: str) -> str:
    """Return ``MyCluster`` for ``my_cluster``."""
    return "".join(part.capitalize() for part in name.split("_"))


def render(name: str, title: str) -> dict[Path, str]:
    """Return every new file of a backend, path in the project -> text."""
    words = {"name": name, "Name": class_prefix(name), "title": title}
    folder = ADAPTERS / "src/nemo_run_adapters" / name
    texts = {
        template.name.removesuffix(".tmpl"): Template(template.read_text()).substitute(words)
        for template in sorted(TEMPLATES.glob("*.tmpl"))
    }
    contract = texts.pop("test_contract.py")
    files = {folder / room: text for room, text in texts.items()}
    return files | {Path("tests/contract") / f"test_{name}.py": contract}


def with_entry_point(manifest: str, name: str) -> str:
    """Return the text of the adapters' manifest with one more backend in its entry-point group."""
    head, found, tail = manifest.partition(GROUP + "\n")
    if not found:
        raise SystemExit(f"packages/adapters/pyproject.toml has no {GROUP}")
    present, blank, rest = tail.partition("\n\n")
    lines = [*present.splitlines(), f'{name} = "nemo_run_adapters.{name}.plugin:backend"']
    return head + found + "\n".join(sorted(lines)) + blank + rest


def tidy(root: Path, files: list[Path]) -> None:
    """Wrap the lines that the name made too long."""
    ruff = Path(sys.executable).parent / "ruff"
    subprocess.run([ruff, "format", "--quiet", *files], cwd=root, check=True)


def create(root: Path, name: str, title: str) -> list[Path]:
    """Write a backend into a project; return the new files."""
    check_name(name, root)
    files = render(name, title)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    tidy(root, list(files))
    manifest = root / ADAPTERS / "pyproject.toml"
    manifest.write_text(with_entry_point(manifest.read_text(), name))
    return list(files)


def main() -> int:
    """Create a backend and say what comes next."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", help="of the folder and of its job handles, such as mycluster")
    parser.add_argument("--title", help="how people call the system; the name if left out")
    arguments = parser.parse_args()
    files = create(ROOT, arguments.name, arguments.title or arguments.name)
    print(*(f"wrote {path}" for path in files), sep="\n")
    settings = f"{class_prefix(arguments.name)}Settings"
    print(NEXT.format(folder=files[0].parent, test=files[-1], settings=settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
