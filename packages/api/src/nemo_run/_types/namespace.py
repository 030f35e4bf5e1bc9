"""Names of types in the registry, and what types are made of."""

from __future__ import annotations

import functools
import os
import sys
import types
from typing import Annotated, Any, Optional, Union, get_args, get_origin

RECURSIVE_TYPES = (Union, Optional, types.UnionType)
"""Origins of types that are made of other types."""


def get_type_namespace(typ: Any) -> str:
    """Return ``module.qualname``, under which factories for a type or function are registered.

    The script that was started is named after its file, without folder and extension, or
    ``__main__`` where there is no file. A configuration has the namespace of what it configures;
    ``X | Y`` that of ``Union[X, Y]``, and a generic type that of its origin (``typing.List``).
    """
    target = _named(typ)
    name = getattr(target, "__qualname__", None) or str(target)
    module = getattr(target, "__module__", None) or "builtins"
    return f"{module_name(module)}.{name}"


def get_underlying_types(hint: Any) -> set[Any]:
    """Return the members of a union, ``NoneType`` included, or the type itself in a set.

    ``Annotated`` is looked through where it annotates a union.
    """
    union = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return set(get_args(union)) if get_origin(union) in RECURSIVE_TYPES else {hint}


def _named(typ: Any) -> Any:
    """Return what carries the name: targets of configurations, functions of partials."""
    while True:
        if isinstance(typ, functools.partial):
            typ = typ.func
        elif hasattr(type(typ), "__flatten__") and hasattr(typ, "__fn_or_cls__"):  # told without fiddle
            typ = typ.__fn_or_cls__
        elif isinstance(typ, types.UnionType):
            return Union[get_args(typ)]  # noqa: UP007 - it has a name
        else:
            return typ


def module_name(module: str) -> str:
    """Return the name of a module; that of the script that was started comes from its file."""
    if module != "__main__":
        return module
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    return os.path.splitext(os.path.basename(path))[0] if path else "__main__"
