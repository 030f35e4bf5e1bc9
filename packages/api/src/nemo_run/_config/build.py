"""``fdl.build`` without recursion, for graphs that are deeper than Python's stack."""

from __future__ import annotations

import contextlib
from typing import Any

import fiddle as fdl
from fiddle._src import building, daglish

from nemo_run._config.graph import rewrite


def build(root: Any) -> Any:
    """Call what is configured, parts first, each configuration once; see ``fiddle.build``.

    Raises:
        Exception: What a callable raised, with a note that names its path, and no values: they may be
            secret.
    """
    with building._in_build():
        return rewrite(root, _parts_of, lambda value, parts: _built(root, value, parts))


def _parts_of(value: Any) -> list[Any]:
    traverser = daglish.find_node_traverser(type(value))
    return [] if traverser is None else list(traverser.flatten(value)[0])


def _built(root: Any, value: Any, parts: list[Any]) -> Any:
    if isinstance(value, fdl.Buildable):
        return _called(root, value, value.__flatten__()[1].arguments(parts))
    traverser = daglish.find_node_traverser(type(value))
    return value if traverser is None else traverser.unflatten(parts, traverser.flatten(value)[1])


def _called(root: Any, config: Any, arguments: dict[Any, Any]) -> Any:
    args, kwargs = config.__signature_info__.transform_to_args_kwargs(arguments)
    try:
        return config.__build__(*args, **kwargs)
    except Exception as error:
        target = config.__fn_or_cls__
        name = getattr(target, "__qualname__", None) or type(target).__qualname__
        path = daglish.path_str(tuple(_find_path(root, config)))
        _add_note(error, f"while building {name}({', '.join(map(str, arguments))}) at <root>{path}")
        raise


def _add_note(error: Exception, note: str) -> None:
    """Do what ``add_note`` does, on Python 3.10 too."""
    notes = [*getattr(error, "__notes__", ()), note]
    with contextlib.suppress(AttributeError, TypeError):  # errors may refuse attributes
        error.__notes__ = notes  # type: ignore[attr-defined]


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
