"""The four manifests agree with each other and with the sources."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from tools.version import mentions, write

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli")

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["domain", "application", "adapters", "api"]
# Extras are not installed for the tests, so the environment cannot say which distribution brings these.
OPTIONAL = {
    "kubernetes": "kubernetes",
    "sky": "skypilot",
    "leptonai": "leptonai",
    "ray": "ray",
    "IPython": "ipython",
}


def manifest(folder: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "packages" / folder / "pyproject.toml").read_text())["project"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(folder: str) -> set[str]:
    """Names a distribution depends on, extras included."""
    project = manifest(folder)
    extras = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
    names = [re.match(r"[\w.-]+", line) for line in project["dependencies"] + extras]
    return {canonical(name[0]) for name in names if name}


def imports_of(node: ast.AST) -> Iterator[str]:
    """Top-level names imported below a node, but for what only type checkers read."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from imports_of(child)


def imported(folder: str) -> set[str]:
    """Top-level names a distribution imports, but for the standard library's and its own."""
    source = ROOT / "packages" / folder / "src"
    names = {name for path in source.rglob("*.py") for name in imports_of(ast.parse(path.read_text()))}
    return names - set(sys.stdlib_module_names) - {child.name for child in source.iterdir()}


def test_one_version_everywhere() -> None:
    found = mentions(ROOT)
    assert (
        len(found) == 4 + 1 + 2 + 3 + 5
    )  # four of its own; the pins of application, adapters, api, its extras
    assert len({version for _, version in found}) == 1


def test_a_new_version_is_written_everywhere(tmp_path: Path) -> None:
    for folder in FOLDERS:
        (tmp_path / "packages" / folder).mkdir(parents=True)
        text = (ROOT / "packages" / folder / "pyproject.toml").read_text()
        (tmp_path / "packages" / folder / "pyproject.toml").write_text(text)
    write(tmp_path, "9.8.7")
    assert {version for _, version in mentions(tmp_path)} == {"9.8.7"}


def test_the_domain_and_the_application_depend_on_nothing_foreign() -> None:
    assert declared("domain") == set()
    assert declared("application") == {"nemo-run-domain"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_imported_is_declared(folder: str) -> None:
    owners = packages_distributions()
    undeclared = {
        name
        for name in imported(folder)
        if not declared(folder) & {canonical(owner) for owner in owners.get(name, [OPTIONAL.get(name, name)])}
    }
    assert undeclared == set()


def test_the_facade_forwards_every_extra() -> None:
    inner = set(manifest("adapters")["optional-dependencies"])
    assert set(manifest("api")["optional-dependencies"]) - {"repl"} == inner  # the command line's own
    assert set(inner) >= {"kubernetes", "skypilot", "lepton", "ray", "all"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_distribution_carries_the_licence(folder: str) -> None:
    assert (ROOT / "packages" / folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_the_type_checker_is_told_of_folders_that_exist() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pyright"]
    for folder in [*settings["include"], *settings["strict"], *settings["extraPaths"]]:
        assert (ROOT / folder).is_dir(), folder
    assert {f"packages/{folder}/src" for folder in FOLDERS} <= set(settings["include"])
