"""Entry points: functions that are commands, found by namespace and name."""

from __future__ import annotations

import inspect
import os
import warnings
from typing import Any, Protocol


class Registered(Protocol):
    """What the registry reads of an entry point."""

    fn: Any
    name: str
    namespace: str


Tree = dict[str, Any]
"""Part of a namespace -> tree; on the last level function name -> entry point."""


class EntryPoints:
    """(namespace, command name) -> entry point, in the order of registration."""

    def __init__(self) -> None:
        self._table: dict[tuple[str, str], Registered] = {}

    def register(self, entrypoint: Registered) -> None:
        """Offer an entry point; of two functions that take one name in one namespace, the later stays.

        That one function is registered again, because its module or notebook cell was run again, is
        nothing special; for two different functions there is a warning that names both.
        """
        key = (entrypoint.namespace, entrypoint.name)
        before = self._table.get(key)
        self._table[key] = entrypoint
        if before is not None and not _is_again(before.fn, entrypoint.fn):
            path = ".".join(key)
            warnings.warn(
                f"the entry point {path!r} of {_place(entrypoint.fn)} replaces that of {_place(before.fn)}; "
                "give one of them another name= or namespace=",
                stacklevel=_depth_of_caller(),
            )

    def all(self) -> list[Registered]:
        """Return all entry points."""
        return list(self._table.values())

    def tree(self, namespace: str | None = None) -> Tree:
        """Return the entry points by the parts of their namespaces.

        Args:
            namespace: Only what is below it; its parts are separated by dots.
        """
        root: Tree = {}
        for entrypoint in self._table.values():
            _plant(root, entrypoint)
        for part in namespace.split(".") if namespace else ():
            root = root.get(part, {})
            if not isinstance(root, dict):
                return {}
        return root


def _plant(root: Tree, entrypoint: Registered) -> None:
    for part in entrypoint.namespace.split("."):
        below = root.setdefault(part, {})
        if not isinstance(below, dict):  # a command of that name: it moves into the group
            below = root[part] = {_function_name(below): below}
        root = below
    names = [_function_name(entrypoint), entrypoint.name]
    taken = root.get(names[0])
    if isinstance(taken, dict):
        root = taken
    root[names[1] if names[0] in root else names[0]] = entrypoint


def _function_name(entrypoint: Registered) -> str:
    return getattr(entrypoint.fn, "__name__", entrypoint.name)


# -- telling functions apart ----------------------------------------------------------------------


def _is_again(before: Any, now: Any) -> bool:
    """Whether two functions come from the same lines, or from a notebook cell that was run again."""
    before, now = inspect.unwrap(before), inspect.unwrap(now)
    if before is now or _lines(before) == _lines(now) is not None:
        return True
    return _full_name(before) == _full_name(now) and not _is_in_a_file(now)


def _lines(function: Any) -> tuple[str, int] | None:
    code = getattr(function, "__code__", None)
    return None if code is None else (os.path.abspath(code.co_filename), code.co_firstlineno)


def _full_name(function: Any) -> str:
    name = getattr(function, "__qualname__", None)
    return f"{function.__module__}.{name}" if name else repr(function)


def _is_in_a_file(function: Any) -> bool:
    lines = _lines(function)
    return lines is not None and os.path.isfile(lines[0])


def _place(function: Any) -> str:
    function = inspect.unwrap(function)
    name = _full_name(function)
    lines = _lines(function)
    return name if lines is None else f"{name} ({lines[0]}:{lines[1]})"


def _depth_of_caller() -> int:
    """Return the ``stacklevel`` at which a warning points at the user's own line."""
    depth, frame = 1, inspect.currentframe()
    frame = None if frame is None else frame.f_back
    while frame is not None and frame.f_globals.get("__name__", "").startswith("nemo_run."):
        depth, frame = depth + 1, frame.f_back
    return depth
