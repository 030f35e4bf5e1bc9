"""Names that a module imports for type checkers only."""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterator, Mapping
from typing import Any


def find(namespace: Mapping[str, Any], name: str) -> Any:
    """Return what ``if TYPE_CHECKING:`` of a module would import under a name.

    Args:
        namespace: Globals of the module.
        name: As the module uses it.

    Raises:
        NameError: No such import, or no source to look at.
        ImportError: The import fails.
    """
    path = namespace.get("__file__")
    source = _imports_in(path).get(name) if isinstance(path, str) else None
    if source is None:
        raise NameError(f"name {name!r} is not defined", name=name)
    module_name, level, attribute = source
    module = importlib.import_module("." * level + module_name, namespace.get("__package__"))
    if attribute is None:
        return module
    try:
        return getattr(module, attribute)
    except AttributeError:
        return importlib.import_module(f"{module.__name__}.{attribute}")


@functools.lru_cache(maxsize=256)
def _imports_in(path: str) -> Mapping[str, tuple[str, int, str | None]]:
    """Return name -> module, dots before it, name inside it (None for the module itself)."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[str, tuple[str, int, str | None]] = {}
    for statement in _hidden_statements(tree.body):
        found.update(_names_of(statement))
    return found


def _hidden_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If):
            hidden = ast.unparse(statement.test) in (
                "TYPE_CHECKING",
                "typing.TYPE_CHECKING",
                "t.TYPE_CHECKING",
            )
            yield from statement.body if hidden else _hidden_statements(statement.body)
            yield from _hidden_statements(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _hidden_statements(statement.body)


def _names_of(statement: ast.stmt) -> Iterator[tuple[str, tuple[str, int, str | None]]]:
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name, (statement.module or "", statement.level, alias.name)
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            module = alias.name if alias.asname else alias.name.split(".")[0]
            yield alias.asname or module, (module, 0, None)
    elif isinstance(statement, (ast.If, ast.Try)):
        for inner in statement.body:
            yield from _names_of(inner)
