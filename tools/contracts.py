"""Import contracts of our own, for import-linter."""

from __future__ import annotations

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
    """No module imports itself, be it through others.

    Weaker than ``acyclic_siblings``, which treats every folder as one: the folders of the facade are
    given by its documented import paths.
    """

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look for knots among the modules of all packages."""
        del verbose
        cycles = find_cycles(graph)
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
