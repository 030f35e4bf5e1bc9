"""Taking annotations apart."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, TypeVar, Union, get_args, get_origin

_SIMPLE = (type(None), object, str, int, float, bool, bytes, complex, list, tuple, set, frozenset)
_ABSTRACT = ("typing", "collections.abc")
_WRAPPERS = ("Final", "Required", "NotRequired", "ReadOnly", "ClassVar")


def is_class(hint: Any) -> bool:
    """Whether a hint is a class; ``list[int]`` is none, although Python 3.10 says that it is a type."""
    return isinstance(hint, type) and get_origin(hint) is None


def _is_simple(cls: Any) -> bool:
    """Whether values of a class are plain; told without loading ``pathlib``, which takes a while."""
    return cls in _SIMPLE or (cls.__name__ == "Path" and cls.__module__.startswith("pathlib"))


def bare(hint: Any) -> Any:
    """Return a hint without ``Annotated``, ``NewType``, ``type X = ...``, ``Final`` and ``Required``."""
    while type(hint) is not type:  # most hints are plain classes
        inner = _inside(hint)
        if inner is hint:
            break
        hint = inner
    return hint


def _inside(hint: Any) -> Any:
    if hasattr(hint, "__metadata__"):
        return hint.__origin__
    if hasattr(hint, "__supertype__"):
        return hint.__supertype__
    if isinstance(hint, dataclasses.InitVar):
        return hint.type
    origin = get_origin(hint)
    if "TypeAliasType" in (type(hint).__name__, type(origin).__name__):
        return without_alias(hint)
    if getattr(origin, "_name", None) in _WRAPPERS and get_args(hint):
        return get_args(hint)[0]
    return hint


def without_alias(hint: Any) -> Any:
    """Return what ``type X = ...`` stands for; any other hint as it is."""
    while True:
        origin: Any = get_origin(hint)
        if type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        elif type(origin).__name__ == "TypeAliasType":  # type Pair[T] = ...; Pair[int]
            hint = origin.__value__[get_args(hint)]
        else:
            return hint


def members_of(hint: Any) -> tuple[Any, ...]:
    """Return what a union allows, in declared order, ``NoneType`` included; else just the bare hint."""
    hint = bare(hint)
    if type(hint) is type or get_origin(hint) not in (Union, types.UnionType):
        return (hint,)
    return tuple(member for part in get_args(hint) for member in members_of(part))


def without_none(hint: Any) -> Any:
    """Return ``T`` of ``Optional[T]``, the union of the others of a bigger one, else the bare hint."""
    members = members_of(hint)
    others = tuple(member for member in members if member is not type(None))
    if not others:
        return members[0]
    return others[0] if len(others) == 1 else Union[others]  # noqa: UP007 - as many as there are


def allows_none(hint: Any) -> bool:
    """Whether a hint allows None by itself."""
    return any(member in (type(None), None, Any, object) for member in members_of(hint))


def config_class_of(hint: Any) -> Any:
    """Return what a nested configuration of a hint configures; None if nothing does.

    That is ``T`` for ``T``, ``Optional[T]``, ``Annotated[T, ...]``, ``Config[T]``, ``Partial[T]`` and
    ``Annotated[..., Config[T]]``, and the first class among several; never a scalar or a list.
    """
    return _nested(hint)[1]


def is_partial(hint: Any) -> bool:
    """Whether a nested configuration of a hint is a ``Partial``."""
    kind, _ = _nested(hint)
    return kind is not None and _has_base(kind, "Partial")


def configures(hint: Any) -> tuple[type, Any] | None:
    """Return the class and the argument of ``Config[T]`` and ``Partial[T]``; None for all else."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(origin, type) and args and _has_base(origin, "Buildable"):
        return origin, args[0]
    return None


def is_configuration(hint: Any) -> bool:
    """Whether a hint is ``Config``, ``Partial``, or one of these of something."""
    return configures(hint) is not None or (is_class(hint) and _has_base(hint, "Buildable"))


def _nested(hint: Any) -> tuple[type | None, Any]:
    """Return the configuration class that a hint names, if any, and what it configures."""
    for extra in getattr(hint, "__metadata__", ()):
        if found := configures(extra):
            kind, target = found
            return kind, _target(bare(hint)) if isinstance(target, TypeVar) else _target(target)
    for member in members_of(hint):
        if found := configures(member):
            return found[0], _target(found[1])
    return None, _target(hint)


def _target(hint: Any) -> Any:
    for member in members_of(hint):
        if isinstance(member, TypeVar) and member.__bound__ is not None:
            return _target(member.__bound__)
        cls = get_origin(member) or member
        if isinstance(cls, types.FunctionType):  # Config[function]
            return cls
        if is_class(cls) and not _is_simple(cls) and cls.__module__ not in _ABSTRACT:
            return cls
    return None


def _has_base(cls: type, name: str) -> bool:
    """Whether a class is a fiddle class of that name, without loading fiddle."""
    return any(base.__name__ == name and base.__module__.startswith("fiddle") for base in cls.__mro__)


def is_typed_dict(hint: Any) -> bool:
    """Whether a hint is a ``TypedDict`` class."""
    return typing.is_typeddict(hint)
