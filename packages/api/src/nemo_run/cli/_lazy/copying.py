"""Copies of big trees, several times as fast as ``copy.deepcopy``."""

from __future__ import annotations

import collections
import copy
from typing import Any

import fiddle as fdl

PLAIN = frozenset({str, int, float, bool, type(None), bytes})

_FLATTEN = fdl.Buildable.__flatten__


def is_buildable(value: Any) -> bool:
    """Whether a value is a configuration that is taken apart in the ordinary way."""
    return getattr(type(value), "__flatten__", None) is _FLATTEN


def copy_tree(root: Any) -> Any:
    """Return a deep copy of a configuration; what is shared inside it stays shared inside the copy."""
    memo: dict[int, Any] = {}
    todo: list[Any] = []
    new = _copy_of(root, memo, todo)
    while todo:
        container = todo.pop()
        places = range(len(container)) if type(container) is list else list(container)
        for place in places:
            value = container[place]
            if type(value) not in PLAIN:
                container[place] = _copy_of(value, memo, todo)
    return new


def _copy_of(value: Any, memo: dict[int, Any], todo: list[Any]) -> Any:
    """Return the copy of a value; what is in it is copied later, through ``todo``."""
    known = memo.get(id(value))
    if known is not None:
        return known
    if is_buildable(value):
        new, container = _copy_of_config(value)
    elif type(value) in (list, dict):
        new = container = value.copy()
    else:
        return copy.deepcopy(value, memo)
    memo[id(value)] = new
    todo.append(container)
    return new


def _copy_of_config(config: Any) -> tuple[Any, dict[Any, Any]]:
    new = object.__new__(type(config))
    state = vars(new)
    state.update(vars(config))
    arguments = state["__arguments__"] = state["__arguments__"].copy()
    state["__argument_history__"] = type(state["__argument_history__"])()  # begins anew, as when it is read
    tags = state["__argument_tags__"]
    copied = {name: set(tags[name]) for name in tags} if tags else ()
    state["__argument_tags__"] = collections.defaultdict(set, copied)
    return new, arguments
