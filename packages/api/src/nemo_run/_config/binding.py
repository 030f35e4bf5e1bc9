"""Parameters that get a configuration by themselves: ``OptionalDefaultConfig`` and its like."""

from __future__ import annotations

import functools
import inspect
import sys
import types
import typing
import weakref
from collections.abc import Callable
from typing import Annotated, Any, Union, get_args, get_origin

import fiddle as fdl
from fiddle._src import signatures

_Expansions = dict[str, tuple[type, Any]]
"""Parameter -> the configuration class to use and what it configures."""

_KNOWN: weakref.WeakKeyDictionary[Any, _Expansions] = weakref.WeakKeyDictionary()


def fill_defaults(
    target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], make: Callable[[type, Any], Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments with a configuration where one was left out or given as None.

    Args:
        target: What is configured.
        args: Positional arguments.
        kwargs: Named arguments.
        make: Configuration class, what to configure -> configuration.

    Raises:
        TypeError: A default cannot be configured; names the parameter.
    """
    expansions = _expansions(target)
    if not expansions:
        return args, kwargs
    names = _positional_names(target)
    args_list, filled = list(args), dict(kwargs)
    for name, (cls, default) in expansions.items():
        place = names.index(name) if name in names else len(args)
        if place < len(args):
            if args_list[place] is None:
                args_list[place] = _make(make, cls, default, target, name)
        elif filled.get(name) is None:
            filled[name] = _make(make, cls, default, target, name)
    return tuple(args_list), filled


def _make(make: Callable[[type, Any], Any], cls: type, default: Any, target: Any, name: str) -> Any:
    try:
        return make(cls, default)
    except (TypeError, ValueError) as error:
        raise TypeError(f"cannot configure the default of parameter {name!r} of {target}: {error}") from error


def _positional_names(target: Any) -> list[str]:
    parameters = signatures.get_signature(target).parameters.values()
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _expansions(target: Any) -> _Expansions:
    try:
        return _KNOWN[target]
    except TypeError:  # not hashable or without weak references
        return _find_expansions(target)
    except KeyError:
        found = _KNOWN[target] = _find_expansions(target)
        return found


def _find_expansions(target: Any) -> _Expansions:
    try:
        parameters = signatures.get_signature(target).parameters.values()
    except (TypeError, ValueError):
        return {}
    found: _Expansions = {}
    for parameter in parameters:
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            expansion = _read(_annotation(target, parameter))
            if expansion is not None:
                found[parameter.name] = expansion
    return found


def _read(annotation: Any) -> tuple[type, Any] | None:
    """Understand ``Annotated[Optional[T], Config[...]]``."""
    if get_origin(annotation) is not Annotated:
        return None
    hint, kind = get_args(annotation)[:2]
    kind = get_origin(kind)
    members = get_args(hint)
    if get_origin(hint) not in (Union, types.UnionType) or type(None) not in members:
        return None
    others = [member for member in members if member is not type(None)]
    if len(others) != 1 or not isinstance(kind, type) or not issubclass(kind, (fdl.Config, fdl.Partial)):
        return None
    return kind, others[0]


def _annotation(target: Any, parameter: inspect.Parameter) -> Any:
    """Return an annotation, evaluated if it was stored as text; None where that is impossible."""
    annotation = parameter.annotation
    if not isinstance(annotation, str):
        return annotation
    for namespace in _namespaces(target, parameter.name):
        try:
            hints = typing.get_type_hints(
                types.SimpleNamespace(__annotations__={parameter.name: annotation}),
                globalns=namespace,
                localns=namespace,
                include_extras=True,
            )
        except Exception:  # noqa: BLE001 - an annotation may be any code; then it expands to nothing
            continue
        return hints[parameter.name]
    return None


def _namespaces(target: Any, name: str) -> list[dict[str, Any]]:
    """Return the globals in which an annotation of ``target`` may have been written."""
    while isinstance(target, functools.partial):
        target = target.func
    if not isinstance(target, type):
        function = inspect.unwrap(getattr(target, "__func__", target))
        return [getattr(function, "__globals__", {})]
    owners = [cls for cls in target.__mro__ if name in inspect.get_annotations(cls)]
    modules = [vars(sys.modules[cls.__module__]) for cls in owners if cls.__module__ in sys.modules]
    init = getattr(target.__init__, "__globals__", None)
    return [*modules, *([init] if init is not None else [])]
