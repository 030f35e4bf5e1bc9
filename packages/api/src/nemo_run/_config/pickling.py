"""Configurations to be pickled, however deep they are.

``pickle`` recurses into what it has not met yet. A deep configuration therefore starts with the list of all
configurations in it, those without others first, so that each finds its parts written already.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

import fiddle as fdl

from nemo_run._config.graph import children_of

_DEEP = 40  # levels; each takes some of the stack
_THREAD = threading.local()


class _Parts(list[Any]):
    """The configurations in a deep one, parts before wholes; a pickler keeps it until it is done."""

    def __init__(self, parts: list[Any]) -> None:
        super().__init__(parts)
        self.ids = {id(part) for part in parts}

    def __reduce__(self) -> Any:
        return list, (), None, iter(self)


def state_of(config: Any, state: dict[str, Any]) -> Any:
    """Return what to pickle of a configuration: its state, behind the parts of it if it is deep.

    Those parts are asked next, and need not be looked into again.
    """
    announced = getattr(_THREAD, "announced", lambda: None)()
    if announced is not None and id(config) in announced.ids:
        return state
    parts, depth = _parts(config)
    if depth <= _DEEP:
        return state
    first = _Parts(parts)
    _THREAD.announced = weakref.ref(first)
    return first, state


def plain_state(state: Any) -> dict[str, Any]:
    """Return the state itself of what ``state_of`` returned."""
    return state[1] if isinstance(state, tuple) else state


def _parts(root: Any) -> tuple[list[Any], int]:
    """Return the configurations in a graph, parts before wholes, and how many levels there are."""
    found: list[Any] = []
    heights: dict[int, int] = {}
    todo: list[tuple[Any, bool]] = [(root, False)]
    while todo:
        value, is_done = todo.pop()
        if is_done:
            heights[id(value)] = 1 + max((heights.get(id(part), 0) for part in children_of(value)), default=0)
            if isinstance(value, fdl.Buildable) and value is not root:
                found.append(value)
        elif id(value) not in heights and isinstance(value, (fdl.Buildable, list, tuple, dict)):
            heights[id(value)] = 0
            todo.append((value, True))
            todo.extend((part, False) for part in children_of(value))
    return found, heights[id(root)]
