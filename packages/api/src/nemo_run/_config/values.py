"""Plain data into dataclasses, and values into places of a configuration."""

from __future__ import annotations

import collections.abc
import copy
import dataclasses
import re
import warnings
from collections.abc import Iterable
from typing import Any, TypeVar, get_args, get_origin

import fiddle as fdl

from nemo_run._masking import masked
from nemo_run._suggest import closest
from nemo_run._types.hints import hints_of, signature_of
from nemo_run._types.shape import members_of
from nemo_run.exceptions import InvalidConfigError, SetValueError

T = TypeVar("T")

_STEP = re.compile(
    r"""(?:^|\.)(?P<name>[^\W\d]\w*)|\[(?P<place>-?\d+)\]|\[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]"""
)
_SEQUENCES: dict[Any, Any] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
}


class _UnionError(InvalidConfigError, AssertionError):
    """A dictionary may stand for several classes."""


# -- plain data -> dataclasses ----------------------------------------------------------------------


def from_dict(raw: Any, cls: type[T]) -> T:
    """Return an instance of a dataclass, made of dictionaries and lists.

    Nested dataclasses are made too, in lists, tuples, dictionaries and optional fields as well. A
    field that is missing keeps its default, and is None where it has none; keys that name no field
    are left out, with a warning.

    Args:
        raw: Dictionary, list or value.
        cls: Dataclass, or the annotation of whatever ``raw`` stands for.

    Raises:
        AssertionError: A dictionary for a union of several types.
        TypeError: ``cls`` does not take what it is given.
    """
    unknown: list[str] = []
    value = _load(raw, cls, "", unknown)
    if unknown:
        warnings.warn(f"from_dict leaves out what names no field: {', '.join(unknown)}", stacklevel=2)
    return value


def _load(raw: Any, hint: Any, path: str, unknown: list[str]) -> Any:
    members = [member for member in members_of(hint) if member is not type(None)]
    if isinstance(raw, dict):
        if len(members) > 1:
            where = f" at {path}" if path else ""
            raise _UnionError(
                f"Unable to load {raw} as {hint}{where}. Nested union types are not currently supported."
            )
        return _load_dict(raw, members[0] if members else hint, path, unknown)
    if isinstance(raw, list):
        return _load_list(raw, members, path, unknown)
    return raw


def _load_dict(raw: dict[Any, Any], hint: Any, path: str, unknown: list[str]) -> Any:
    cls = get_origin(hint) or hint
    if isinstance(cls, type) and dataclasses.is_dataclass(cls):
        return _load_dataclass(raw, cls, path, unknown)
    args = get_args(hint)
    if len(args) != 2 or not issubclass(cls, collections.abc.Mapping):
        return raw
    return {key: _load(value, args[1], f"{path}[{key!r}]", unknown) for key, value in raw.items()}


def _load_dataclass(raw: dict[Any, Any], cls: Any, path: str, unknown: list[str]) -> Any:
    parameters, hints = signature_of(cls).parameters, hints_of(cls)
    known = {*parameters, *(field.name for field in dataclasses.fields(cls))}
    unknown.extend(_named(path, key, known) for key in raw if key not in known)
    arguments: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if name in raw:
            arguments[name] = _load(raw[name], hints.get(name, Any), _join(path, name), unknown)
        elif parameter.default is parameter.empty:
            arguments[name] = None
    return cls(**arguments)


def _load_list(raw: list[Any], members: list[Any], path: str, unknown: list[str]) -> Any:
    hint = next((member for member in members if (get_origin(member) or member) in _SEQUENCES), None)
    if hint is None:
        return raw
    args = get_args(hint)
    fixed = bool(args) and get_origin(hint) is tuple and Ellipsis not in args and len(args) == len(raw)
    hints: Iterable[Any] = args if fixed else [args[0] if args else Any] * len(raw)
    items = [_load(v, h, f"{path}[{i}]", unknown) for i, (v, h) in enumerate(zip(raw, hints, strict=True))]
    return _SEQUENCES[get_origin(hint) or hint](items)


def _named(path: str, key: Any, known: Iterable[str]) -> str:
    close = closest(str(key), known)
    return repr(_join(path, str(key))) + (f" (did you mean {close!r}?)" if close else "")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


# -- values into places -----------------------------------------------------------------------------


def set_value(cfg: Any, key: str, value: Any) -> None:
    """Assign along a path such as ``a.b``, ``a[1].c`` or ``['k']['j']``.

    Names are attributes (of configurations, dataclass instances and other objects), brackets hold
    places of a list or keys of a dictionary. A default that is changed inside is copied first.

    Raises:
        SetValueError: The path leads nowhere, or the value is refused there.
        ValueError: ``key`` is no path.
    """
    *steps, (kind, last) = _steps(key)
    for step in steps:
        try:
            cfg = _descend(cfg, *step)
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise SetValueError(f'Invalid path "{key}": {_reason(error)}') from error
    try:
        if kind == "name":
            _check_attribute(cfg, last)
            setattr(cfg, last, value)
        else:
            cfg[last] = value
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        shown = masked(value, key)
        raise SetValueError(f'Could not set "{key}" to "{shown}". {_reason(error)}') from error


def _steps(key: str) -> list[tuple[str, Any]]:
    """Return kind (``name`` or ``item``) and value of every step of a path."""
    steps: list[tuple[str, Any]] = []
    end = 0
    while end < len(key):
        match = _STEP.match(key, end)
        if match is None:
            break
        end = match.end()
        if match["name"] is not None:
            steps.append(("name", match["name"]))
        else:
            steps.append(("item", int(match["place"]) if match["place"] is not None else match["key"]))
    if not steps or end < len(key):
        raise InvalidConfigError(f"{key!r} is no path at {key[end:]!r}; write a.b, a[1].c or ['k']['j']")
    return steps


def _descend(owner: Any, kind: str, step: Any) -> Any:
    if kind == "item":
        return owner[step]
    value = getattr(owner, step)
    if isinstance(owner, fdl.Buildable) and step not in owner.__arguments__:
        setattr(owner, step, copy.deepcopy(value))  # the default belongs to everybody
        value = getattr(owner, step)
    return value


def _check_attribute(owner: Any, name: str) -> None:
    if isinstance(owner, (dict, list, tuple)):
        raise TypeError(f"a {type(owner).__name__} has items, not names; write [{name!r}]")


def _reason(error: Exception) -> str:
    return f"no key {error}" if isinstance(error, KeyError) else str(error)
