"""Many configurations of the same few things, without asking for signatures each time."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any

from fiddle._src.config import Buildable, BuildableTraverserMetadata


class ConfigMaker:
    """Makes configurations as ``__unflatten__`` does; remembers what they have in common."""

    def __init__(self) -> None:
        self._first: dict[tuple[type, int], Any] = {}

    def make(self, cls: Any, target: Any, arguments: dict[Any, Any], tags: Mapping[Any, Any]) -> Any:
        """Return ``cls`` of ``target`` with exactly these arguments."""
        if tags or cls.__unflatten__.__func__ is not Buildable.__unflatten__.__func__:
            about = BuildableTraverserMetadata(target, tuple(arguments), dict(tags), {})
            return cls.__unflatten__(list(arguments.values()), about)
        key = (cls, id(target))
        first = self._first.get(key)  # it keeps the target, and so its id
        if first is None:
            about = BuildableTraverserMetadata(target, (), {}, {})
            first = self._first[key] = cls.__unflatten__([], about)
        return _like(first, arguments)


def _like(first: Any, arguments: dict[Any, Any]) -> Any:
    new = object.__new__(type(first))
    vars(new).update(vars(first))
    vars(new).update(
        __arguments__=arguments,
        __argument_tags__=collections.defaultdict(set),
        __argument_history__=type(first.__argument_history__)(),
    )
    return new
