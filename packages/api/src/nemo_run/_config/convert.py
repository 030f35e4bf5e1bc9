"""Objects -> configurations of our classes."""

from __future__ import annotations

import copy
import dataclasses
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import fiddle as fdl
from fiddle._src import daglish, signatures

from nemo_run._config.graph import children_of, rebuilt, rewrite

_PLAIN = (str, int, float, bool, type(None), bytes)
_CONTAINERS = (list, tuple, dict)
_COPIED = (list, tuple, dict, set)
_R = TypeVar("_R")


class Converter:
    """Makes configurations of the given classes.

    Attributes:
        config: What a dataclass instance becomes.
        ours: fiddle's class -> ours.
    """

    def __init__(self, config: Any, ours: Mapping[type, type]) -> None:
        self.config = config
        self.ours = ours

    def convert(self, value: Any, memo: dict[int, Any] | None = None) -> Any:
        """Replace dataclass instances by configurations, inside lists, tuples and dictionaries too.

        Whatever holds no such instance is returned as it is, configurations included. An instance
        whose class cannot be made from its fields stays, too. Lists, dictionaries and sets of an
        instance are copied, so that editing its configuration leaves the instance alone.

        Args:
            value: What to convert.
            memo: Of earlier calls, so that an instance they share becomes one configuration.
        """
        if type(value) in _PLAIN or not holds_instances(value):
            return value
        owned = _Owned()
        return rewrite(
            value, owned.parts_of, lambda old, parts: self._converted(old, parts, owned.has(old)), memo
        )

    def adopt(self, root: Any) -> Any:
        """Return ``root`` with our classes everywhere: for fiddle's configurations and dataclasses."""
        owned = _Owned(into_configs=True)
        return rewrite(
            root, owned.parts_of, lambda value, parts: self._adopted(value, parts, owned.has(value))
        )

    def config_of(self, instance: Any) -> Any:
        """Return a configuration of a dataclass instance with every init field set.

        Raises:
            AttributeError: A field has no value, or the class does not take it.
        """
        cls = type(instance)
        info = signatures.SignatureInfo(signatures.get_signature(cls))
        names = _init_fields(cls)
        for name in names:
            info.validate_param_name(name, cls)
        owned = _Owned()
        values = owned.add([getattr(instance, name) for name in names])
        new = rewrite(
            values, owned.parts_of, lambda value, parts: self._converted(value, parts, owned.has(value))
        )
        return self._make(cls, dict(zip(names, new, strict=True)))

    def _make(self, cls: type, arguments: Mapping[str, Any]) -> Any:
        config = self.config(cls, bind_args=False)
        for name, value in arguments.items():
            config._arguments_set_value(name, value)
        return config

    def _converted(self, value: Any, parts: list[Any], is_owned: bool) -> Any:
        if isinstance(value, fdl.Buildable):
            return value
        if is_convertible(value):
            return self._make(type(value), dict(zip(_init_fields(type(value)), parts, strict=True)))
        if is_owned and isinstance(value, set):
            return copy.copy(value)
        changed = any(new is not old for new, old in zip(parts, children_of(value), strict=True))
        return rebuilt(value, parts) if changed or is_owned else value

    def _adopted(self, value: Any, parts: list[Any], is_owned: bool) -> Any:
        if not isinstance(value, fdl.Buildable):
            return self._converted(value, parts, is_owned)
        cls: Any = self.ours.get(type(value), type(value))
        unchanged = all(new is old for new, old in zip(parts, children_of(value), strict=True))
        if cls is type(value) and unchanged:
            return value
        metadata = value.__flatten__()[1]._replace(argument_names=tuple(value.__arguments__))
        return cls.__unflatten__(parts, metadata)


def is_convertible(value: Any) -> bool:
    """Whether ``value`` is an instance of a dataclass that its fields can make again."""
    return _is_convertible_class(type(value))


def holds_instances(root: Any) -> bool:
    """Whether ``root`` is or holds an instance that would be converted."""
    todo, seen = [root], set()
    while todo:
        value = todo.pop()
        if type(value) in _PLAIN or isinstance(value, fdl.Buildable):
            continue
        if is_convertible(value):
            return True
        if isinstance(value, _CONTAINERS) and id(value) not in seen:
            seen.add(id(value))
            todo.extend(children_of(value))
    return False


class _Owned:
    """Knows which lists, tuples, dictionaries and sets belong to instances, while a graph is rewritten.

    Attributes:
        into_configs: Whether arguments of configurations are looked at as well.
    """

    def __init__(self, *, into_configs: bool = False) -> None:
        self.into_configs = into_configs
        self._ids: set[int] = set()

    def has(self, value: Any) -> bool:
        """Whether ``value`` belongs to an instance."""
        return id(value) in self._ids

    def add(self, parts: list[Any]) -> list[Any]:
        """Take note of what an instance holds, and return it."""
        self._ids.update(id(part) for part in parts if isinstance(part, _COPIED))
        return parts

    def parts_of(self, value: Any) -> Sequence[Any]:
        """Return what a value holds; called for the owner before what it owns."""
        if isinstance(value, fdl.Buildable):
            return children_of(value) if self.into_configs else ()
        if is_convertible(value):
            return self.add([getattr(value, name) for name in _init_fields(type(value))])
        return self.add(list(children_of(value))) if self.has(value) else children_of(value)


def _per_class(function: Callable[[type], _R]) -> Callable[[type], _R]:
    """Remember results for as long as the class is there; some are made at run time."""
    known: weakref.WeakKeyDictionary[type, _R] = weakref.WeakKeyDictionary()

    def remembered(cls: type) -> _R:
        try:
            return known[cls]
        except KeyError:
            result = known[cls] = function(cls)
            return result

    return remembered


@_per_class
def _is_convertible_class(cls: type) -> bool:
    if not dataclasses.is_dataclass(cls) or daglish.find_node_traverser(cls) is not None:
        return False
    try:
        info = signatures.SignatureInfo(signatures.get_signature(cls))
        for name in _init_fields(cls):
            info.validate_param_name(name, cls)
    except (AttributeError, TypeError, ValueError):
        return False
    return True


@_per_class
def _init_fields(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls) if field.init)
