"""Import contracts of our own, for import-linter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter.contracts.independence import IndependenceContract
from importlinter.domain import fields
from importlinter.domain.imports import ModuleExpression

if TYPE_CHECKING:
    from grimp import ImportGraph
    from importlinter.domain.contract import ContractCheck
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
