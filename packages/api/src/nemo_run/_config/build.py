"""``fdl.build`` without recursion, for graphs that are deeper than Python's stack."""

from __future__ import annotations

from typing import Any

import fiddle as fdl
from fiddle._src import building, daglish

from nemo_run._config.graph import rewrite


def build(root: Any) -> Any:
    """Call what is configured, parts first, each configuration once; see ``fiddle.build``.

    Raises:
        Exception: What a callable raised, with a line that names its path.
    """
    with building._in_build():
        return rewrite(root, _parts_of, lambda value, parts: _built(root, value, parts))


def _parts_of(value: Any) -> list[Any]:
    traverser = daglish.find_node_traverser(type(value))
    return [] if traverser is None else list(traverser.flatten(value)[0])


def _built(root: Any, value: Any, parts: list[Any]) -> Any:
    if isinstance(value, fdl.Buildable):
        arguments = value.__flatten__()[1].arguments(parts)
        return building.call_buildable(value, arguments, current_path=_Path(root, value))  # type: ignore[arg-type]
    traverser = daglish.find_node_traverser(type(value))
    return value if traverser is None else traverser.unflatten(parts, traverser.flatten(value)[1])


class _Path:
    """A path that is looked for when a message needs it."""

    def __init__(self, root: Any, target: Any) -> None:
        self._root = root
        self._target = target

    def __iter__(self) -> Any:
        return iter(_find_path(self._root, self._target))


def _find_path(root: Any, target: Any) -> list[Any]:
    """Return the steps of one shortest way from ``root`` to ``target``."""
    todo: list[tuple[Any, Any]] = [(root, None)]
    seen: set[int] = set()
    for value, way in todo:
        if value is target:
            return _unwound(way)
        traverser = daglish.find_node_traverser(type(value))
        if traverser is not None and id(value) not in seen:
            seen.add(id(value))
            steps = zip(traverser.flatten(value)[0], traverser.path_elements(value), strict=True)
            todo.extend((part, (way, step)) for part, step in steps)
    return []


def _unwound(way: Any) -> list[Any]:
    steps: list[Any] = []
    while way is not None:
        way, step = way
        steps.append(step)
    return steps[::-1]
