"""Values that files have no notation for: ``_target_`` and the arguments that make them again.

``{"_target_": "pathlib.Path", "_args_": ["/data"]}`` is the path itself, not a configuration of
one. These few classes and enums are all that is called when a file is read.
"""

from __future__ import annotations

import collections
import datetime
import pathlib
from collections.abc import Callable, Iterable
from typing import Any

from nemo_run._masking import SECRET
from nemo_run_domain.secrets import Secret

TARGET, PARTIAL, CALL, ARGS, FACTORY = "_target_", "_partial_", "_call_", "_args_", "_factory_"
RESERVED = frozenset({TARGET, PARTIAL, CALL, ARGS, FACTORY})
OPERATORS = ("*=", "+=", "-=", "/=", "|=", "&=")
"""Ends of keys that change a value instead of setting it."""


def form(target: str, *args: Any) -> dict[str, Any]:
    """Return the mapping that stands for a value."""
    return {TARGET: target, ARGS: list(args)}


def reference(target: str) -> dict[str, Any]:
    """Return the mapping that stands for something importable itself."""
    return {TARGET: target, CALL: False}


def as_form(value: Any) -> dict[str, Any]:
    """Return the form of a value of one of the classes below."""
    return _FORMS[type(value)](value)


def pairs_form(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """Return the form of a dictionary whose keys would mean something else in a file."""
    return form("builtins.dict", [list(pair) for pair in pairs])


def special_form(value: Any) -> dict[str, Any] | None:
    """Return the form of a dictionary with habits of its own; None if there is none for its class.

    Its last argument is the list of pairs.
    """
    if type(value) not in _SPECIAL:
        return None
    pairs = [list(pair) for pair in value.items()]
    default = [value.default_factory] if isinstance(value, collections.defaultdict) else []
    return form(f"collections.{type(value).__name__}", *default, pairs)


def has_form(cls: type) -> bool:
    """Whether ``as_form`` knows a class."""
    return cls in _FORMS


def path_form(value: pathlib.PurePath) -> dict[str, Any]:
    """Return the form of a path; one of this machine is a path of whatever machine reads it."""
    name = "Path" if isinstance(value, pathlib.Path) else type(value).__name__
    return form(f"pathlib.{name}", str(value))


def maker_of(target: str) -> Callable[[list[Any]], Any] | None:
    """Return what makes the value of a form from its arguments; None if there is no such form."""
    return _MAKERS.get(target)


def hashable(value: Any) -> Any:
    """Return a key or an element of a set: lists become tuples."""
    return tuple(map(hashable, value)) if isinstance(value, list) else value


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    return [(hashable(key), item) for key, item in value]


_SPECIAL = (collections.OrderedDict, collections.defaultdict, collections.Counter)

_FORMS: dict[type, Callable[[Any], dict[str, Any]]] = {
    str: lambda v: form("builtins.str", v),
    int: lambda v: form("builtins.int", v),
    bool: lambda v: form("builtins.bool", v),
    float: lambda v: form("builtins.float", v),
    complex: lambda v: form("builtins.complex", v.real, v.imag),
    bytes: lambda v: form("builtins.bytes", v.decode("latin-1"), "latin-1"),
    datetime.date: lambda v: form("datetime.date.fromisoformat", v.isoformat()),
    datetime.datetime: lambda v: form("datetime.datetime.fromisoformat", v.isoformat()),
    datetime.time: lambda v: form("datetime.time.fromisoformat", v.isoformat()),
    datetime.timedelta: lambda v: form("datetime.timedelta", v.days, v.seconds, v.microseconds),
    set: lambda v: form("builtins.set", list(v)),
    frozenset: lambda v: form("builtins.frozenset", list(v)),
    Secret: lambda v: form(SECRET, "".join(v)),
}

_MAKERS: dict[str, Callable[[list[Any]], Any]] = {
    **{
        f"builtins.{cls.__name__}": lambda args, cls=cls: cls(*args)
        for cls in (str, int, bool, float, complex, list, tuple)
    },
    "builtins.bytes": lambda args: str.encode(*args),  # never a number, which would be a length
    "builtins.dict": lambda args: dict(_pairs(args[0])),
    "collections.OrderedDict": lambda args: collections.OrderedDict(_pairs(args[0])),
    "collections.Counter": lambda args: collections.Counter(dict(_pairs(args[0]))),
    "collections.defaultdict": lambda args: collections.defaultdict(args[0], _pairs(args[1])),
    "builtins.set": lambda args: {hashable(item) for item in args[0]},
    "builtins.frozenset": lambda args: frozenset(hashable(item) for item in args[0]),
    SECRET: lambda args: Secret(*args),
    "datetime.date.fromisoformat": lambda args: datetime.date.fromisoformat(*args),
    "datetime.datetime.fromisoformat": lambda args: datetime.datetime.fromisoformat(*args),
    "datetime.time.fromisoformat": lambda args: datetime.time.fromisoformat(*args),
    "datetime.timedelta": lambda args: datetime.timedelta(*args),
    **{
        f"pathlib.{cls.__name__}": lambda args, cls=cls: cls(*args)
        for cls in (pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath)
    },
    "pathlib.PosixPath": lambda args: pathlib.Path(*args),
    "pathlib.WindowsPath": lambda args: pathlib.Path(*args),
}
