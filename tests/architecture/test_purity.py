"""What import contracts cannot see: built-in IO, and pathlib's two halves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IO_BUILTINS = {"open", "print", "input", "exec", "eval", "breakpoint"}
# Paths of the domain are names; only `PurePath` and its kin touch nothing.
IMPURE_PATHS = {"Path", "PosixPath", "WindowsPath"}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / "packages" / folder / "src").rglob("*.py"))


def calls_of_builtins(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IO_BUILTINS:
            yield f"line {node.lineno}: {node.func.id}()"


def impure_paths(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "pathlib":
            yield from (f"line {node.lineno}: {a.name}" for a in node.names if a.name in IMPURE_PATHS)
        if isinstance(node, ast.Attribute) and node.attr in IMPURE_PATHS:
            yield f"line {node.lineno}: {node.attr}"


@pytest.mark.parametrize("path", sources("domain") + sources("application"), ids=lambda path: path.stem)
def test_domain_and_application_call_no_io_builtin(path: Path) -> None:
    assert not list(calls_of_builtins(ast.parse(path.read_text())))


@pytest.mark.parametrize("path", sources("domain"), ids=lambda path: path.stem)
def test_domain_paths_are_pure(path: Path) -> None:
    assert not list(impure_paths(ast.parse(path.read_text())))


def test_the_checks_see_what_they_look_for() -> None:
    tree = ast.parse("import pathlib\nfrom pathlib import Path\nopen('x')\npathlib.Path('x')")
    assert list(calls_of_builtins(tree)) == ["line 3: open()"]
    assert sorted(impure_paths(tree)) == ["line 2: Path", "line 4: Path"]
