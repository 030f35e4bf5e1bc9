"""Configuration graphs: visiting, comparing, copying and rewriting them.

Nothing here recurses, so depth does not matter, and every shared node is handled once.
"""

from __future__ import annotations

import collections
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import fiddle as fdl

from nemo_run.exceptions import InvalidConfigError

MISSING = object()


def children_of(value: Any) -> Sequence[Any]:
    """Return what a configuration, list, tuple or dictionary holds; nothing for anything else."""
    if isinstance(value, fdl.Buildable):
        return list(value.__arguments__.values())
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        return list(value.values())
    return ()


def iter_configs(root: Any) -> Iterator[fdl.Buildable]:
    """Yield every configuration once, parents first."""
    todo, seen = [root], set()
    while todo:
        value = todo.pop()
        if not isinstance(value, (fdl.Buildable, list, tuple, dict)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, fdl.Buildable):
            yield value
        todo.extend(reversed(children_of(value)))


# -- comparing ------------------------------------------------------------------------------------


def are_equal(one: fdl.Buildable, other: Any) -> bool:
    """Whether two graphs have the same classes, targets, arguments and sharing of configurations.

    An argument that is not set equals one that is set to its default.
    """
    todo: list[tuple[Any, Any]] = [(one, other)]
    partners: tuple[dict[int, int], dict[int, int]] = ({}, {})
    while todo:
        left, right = todo.pop()
        if isinstance(left, fdl.Buildable):
            if type(left) is not type(right) or not _is_pair(partners, left, right, todo):
                return False
        elif not _same_value(left, right, todo):
            return False
    return True


def _is_pair(partners: Any, left: Any, right: Any, todo: list[tuple[Any, Any]]) -> bool:
    """Whether two configurations may stand for each other; adds what remains to be compared."""
    forward, back = partners
    if id(left) in forward or id(right) in back:
        return forward.get(id(left)) == id(right)
    forward[id(left)], back[id(right)] = id(right), id(left)
    if left is right:
        return True
    if left.__fn_or_cls__ is not right.__fn_or_cls__ and left.__fn_or_cls__ != right.__fn_or_cls__:
        return False
    for name in {**left.__arguments__, **right.__arguments__}:
        one, other = value_or_default(left, name), value_or_default(right, name)
        if one is MISSING or other is MISSING:
            return False
        todo.append((one, other))
    return True


def value_or_default(config: fdl.Buildable, name: str | int) -> Any:
    """Return an argument, or the default of its parameter; ``MISSING`` if it has neither."""
    value = config.__arguments__.get(name, MISSING)
    if value is not MISSING:
        return value
    parameters = config.__signature_info__.parameters
    if isinstance(name, int):
        in_order = list(parameters.values())
        parameter = in_order[name] if name < len(in_order) else None
    else:
        parameter = parameters.get(name)
    return MISSING if parameter is None or parameter.default is parameter.empty else parameter.default


def _same_value(left: Any, right: Any, todo: list[tuple[Any, Any]]) -> bool:
    if left is right and not isinstance(left, (list, tuple, dict)):
        return True
    if isinstance(left, (list, tuple)) and type(left) is type(right):
        if len(left) != len(right):
            return False
        todo.extend(zip(left, right, strict=True))
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        todo.extend((value, right[key]) for key, value in left.items())
        return True
    return bool(left == right)


# -- copying --------------------------------------------------------------------------------------


def copy_graph(root: Any, memo: dict[int, Any]) -> Any:
    """Return a deep copy that shares nothing changeable with ``root``; see ``copy.deepcopy``."""
    return rewrite(root, children_of, lambda value, parts: _copy_of(value, parts, memo), memo)


def _copy_of(value: Any, parts: list[Any], memo: dict[int, Any]) -> Any:
    if isinstance(value, fdl.Buildable):
        return _copy_config(value, dict(zip(value.__arguments__, parts, strict=True)), memo)
    if parts:
        return rebuilt(value, parts)
    return copy.deepcopy(value, memo)


def _copy_config(config: Any, arguments: dict[Any, Any], memo: dict[int, Any]) -> Any:
    new = object.__new__(type(config))
    history = config.__argument_history__
    state = {
        "__fn_or_cls__": config.__fn_or_cls__,
        "__arguments__": arguments,
        "__argument_history__": type(history)({name: list(entries) for name, entries in history.items()}),
        "__argument_tags__": collections.defaultdict(
            set, {name: set(tags) for name, tags in config.__argument_tags__.items()}
        ),
        "__signature_info__": config.__signature_info__,  # never changes
    }
    for name, value in vars(config).items():
        if name not in state:
            state[name] = copy.deepcopy(value, memo)
    vars(new).update(state)
    return new


# -- rewriting ------------------------------------------------------------------------------------


def rewrite(
    root: Any,
    parts_of: Callable[[Any], Sequence[Any]],
    make: Callable[[Any, list[Any]], Any],
    memo: dict[int, Any] | None = None,
) -> Any:
    """Make a new graph from the leaves up.

    Args:
        root: Where to start.
        parts_of: Value -> what it holds.
        make: Value, the new parts -> new value; called once per object.
        memo: Object id -> new value; for several calls that share objects.

    Raises:
        InvalidConfigError: Something contains itself.
    """
    made = {} if memo is None else memo
    keep: list[Any] = made.setdefault(id(made), [])  # so that no id is used twice; as copy.deepcopy does it
    todo: list[tuple[Any, Sequence[Any] | None]] = [(root, None)]
    inside: set[int] = set()
    while todo:
        value, parts = todo.pop()
        if parts is not None:
            made[id(value)] = make(value, [made[id(part)] for part in parts])
            inside.discard(id(value))
        elif id(value) not in made:
            if id(value) in inside:
                raise InvalidConfigError(f"the configuration contains itself: {type(value)} inside itself")
            parts = parts_of(value)
            keep.append((value, parts))
            inside.add(id(value))
            todo.append((value, parts))
            todo.extend((part, None) for part in parts)
    return made[id(root)]


def rebuilt(container: Any, parts: list[Any]) -> Any:
    """Return a container like ``container`` with other contents in the same places."""
    if isinstance(container, tuple):
        if all(new is old for new, old in zip(parts, container, strict=True)):
            return container
        return type(container)(*parts) if hasattr(container, "_fields") else type(container)(parts)
    new = copy.copy(container)
    if isinstance(container, list):
        new[:] = parts
    else:
        new.update(zip(container, parts, strict=True))
    return new
