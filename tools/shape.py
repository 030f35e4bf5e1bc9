"""Report the shape of the code: lengths, branches, cycles and the share of the facade.

``tools/shape.py`` prints the worst ten of each, ``--worst N`` more or fewer, ``--json`` everything
as one object.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grimp import build_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, `tools` itself is not on the path

from tools.contracts import find_cycles  # noqa: E402

PACKAGES = ("nemo_run", "nemo_run_adapters", "nemo_run_application", "nemo_run_domain")
LONG = 40
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.comprehension,
    ast.match_case,
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class FunctionShape:
    """Size of one function.

    Attributes:
        where: ``path:line name``, relative to the project.
        lines: From the ``def`` to the last line, docstring included, decorators not.
        branches: Ways through, counted from 1: one more for each condition, loop, handler,
            comprehension, match case and extra operand of ``and`` or ``or``.
    """

    where: str
    lines: int
    branches: int


@dataclass(frozen=True)
class FileShape:
    """Size of one file, path relative to the project."""

    path: str
    lines: int


@dataclass(frozen=True)
class Report:
    """Everything this tool finds.

    Attributes:
        files: Longest first.
        functions: Longest first.
        package_lines: Lines by folder under ``packages``.
        long_function_share: Part of the functions longer than 40 lines, 0 to 1.
        facade_share: Part of all lines that is in ``packages/api``, 0 to 1.
        cycles: Modules that import each other, directly or not: one list per knot.
    """

    files: list[FileShape]
    functions: list[FunctionShape]
    package_lines: dict[str, int]
    long_function_share: float
    facade_share: float
    cycles: list[list[str]]


def sources(root: Path) -> list[Path]:
    """Return the source files of all packages, tests left out."""
    return sorted(root.glob("packages/*/src/**/*.py"))


def count_branches(function: Function) -> int:
    """Count the ways through a function; nested functions count for themselves."""
    total = 1
    pending: list[ast.AST] = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop()
        if isinstance(node, Function):
            continue
        total += isinstance(node, BRANCHES) + (len(node.values) - 1 if isinstance(node, ast.BoolOp) else 0)
        pending.extend(ast.iter_child_nodes(node))
    return total


def functions_in(path: Path, root: Path) -> Iterator[FunctionShape]:
    """Measure every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield FunctionShape(
                f"{path.relative_to(root)}:{node.lineno} {node.name}", lines, count_branches(node)
            )


def measure(root: Path) -> Report:
    """Measure a project; its packages must be importable for the cycles."""
    files = [FileShape(str(p.relative_to(root)), len(p.read_text().splitlines())) for p in sources(root)]
    functions = [shape for path in sources(root) for shape in functions_in(path, root)]
    by_package: dict[str, int] = {}
    for file in files:
        package = file.path.split("/")[1]
        by_package[package] = by_package.get(package, 0) + file.lines
    return Report(
        files=sorted(files, key=lambda file: -file.lines),
        functions=sorted(functions, key=lambda function: -function.lines),
        package_lines=by_package,
        long_function_share=_share(sum(f.lines > LONG for f in functions), len(functions)),
        facade_share=_share(by_package.get("api", 0), sum(by_package.values())),
        cycles=find_cycles(build_graph(*PACKAGES, cache_dir=None)),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def render(report: Report, worst: int) -> str:
    """Return the report as text, with the worst few of each kind."""
    branchy = sorted(report.functions, key=lambda function: -function.branches)
    sections = [
        f"{len(report.files)} files, {len(report.functions)} functions, lines: {report.package_lines}",
        f"functions over {LONG} lines: {report.long_function_share:.1%}",
        f"facade: {report.facade_share:.1%} of all lines",
        f"import cycles: {len(report.cycles)}",
        *(f"  {' <-> '.join(cycle)}" for cycle in report.cycles),
        "longest files",
        *(f"  {file.lines:5} {file.path}" for file in report.files[:worst]),
        "longest functions",
        *(f"  {function.lines:5} {function.where}" for function in report.functions[:worst]),
        "most branches",
        *(f"  {function.branches:5} {function.where}" for function in branchy[:worst]),
    ]
    return "\n".join(sections)


def main() -> int:
    """Print the report; exit with 1 when modules import each other in a circle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("--worst", type=int, default=10, metavar="N", help="how many of each to list")
    arguments = parser.parse_args()
    report = measure(ROOT)
    print(json.dumps(asdict(report), indent=2) if arguments.json else render(report, arguments.worst))
    return 1 if report.cycles else 0


if __name__ == "__main__":
    sys.exit(main())
