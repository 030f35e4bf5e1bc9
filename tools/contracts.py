"""Import contracts of our own, for import-linter."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from importlinter.application import output
from importlinter.contracts.independence import IndependenceContract
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck
from importlinter.domain.imports import ModuleExpression

if TYPE_CHECKING:
    from grimp import ImportGraph
    from importlinter.domain.imports import Module


class IndependentBackends(IndependenceContract):
    """No backend imports another, not even through a third module.

    A backend is a child of ``package`` that has a ``plugin`` module, so a new one is covered
    without being listed.
    """

    package = fields.ModuleField()
    modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find the backends in the graph, then check them as the base class does."""
        backends = backends_in(graph, self.package)  # type: ignore[arg-type]
        self.modules = {ModuleExpression(name) for name in backends}  # type: ignore[assignment]
        return super().check(graph, verbose)


def backends_in(graph: ImportGraph, package: Module) -> set[str]:
    """Return the names of the backend folders below a package."""
    children = graph.find_children(package.name)
    return {child for child in children if f"{child}.plugin" in graph.modules}


class AcyclicModules(Contract):
    """No module imports itself, be it through others or through the ``LazyModule("name")`` of one.

    Weaker than ``acyclic_siblings``, which treats every folder as one: the folders of the facade are
    given by its documented import paths.
    """

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look for knots among the modules of all packages."""
        del verbose
        cycles = find_cycles(with_lazy_imports(graph))
        return ContractCheck(kept=not cycles, metadata={"cycles": cycles})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line per knot."""
        for cycle in check.metadata["cycles"]:
            output.print_error(f"- {' <-> '.join(cycle)}")


def find_cycles(graph: ImportGraph) -> list[list[str]]:
    """Return the knots of an import graph: sets of modules each of which reaches all others."""
    modules = {module for module in graph.modules if not graph.is_module_squashed(module)}
    reach = {module: graph.find_upstream_modules(module) for module in modules}
    knots = {
        tuple(sorted({module, *(other for other in reach[module] if module in reach.get(other, ()))}))
        for module in modules
    }
    return sorted(list(knot) for knot in knots if len(knot) > 1)


def with_lazy_imports(graph: ImportGraph) -> ImportGraph:
    """Return the graph with what modules name in ``LazyModule("name")`` as imports of theirs."""
    whole = copy.deepcopy(graph)
    for module in graph.modules:
        source = "" if graph.is_module_squashed(module) else _source(module)
        for name in lazy_imports(source):
            if name in graph.modules:
                whole.add_import(importer=module, imported=name)
    return whole


def lazy_imports(source: str) -> Iterator[str]:
    """Yield the names in calls of ``LazyModule`` in the text of a module."""
    for node in ast.walk(ast.parse(source if "LazyModule(" in source else "")):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "LazyModule":
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def _source(module: str) -> str:
    """Return the text of a module, found without importing it."""
    root, *rest = module.split(".")
    spec = find_spec(root)
    folders = [Path(place, *rest) for place in (spec and spec.submodule_search_locations) or ()]
    files = [file for path in folders for file in (path / "__init__.py", path.with_name(f"{path.name}.py"))]
    return next((file.read_text(encoding="utf-8") for file in files if file.is_file()), "")
