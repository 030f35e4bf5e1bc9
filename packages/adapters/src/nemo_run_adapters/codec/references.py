"""References to importable things: how they are named and found again."""

from __future__ import annotations

import enum
import importlib
import sys
import types
from typing import Any

from nemo_run_adapters.codec.errors import UnresolvedModuleError, UnresolvedNameError

REFERABLE = (type, types.FunctionType, types.MethodType, enum.Enum)

BUILTIN_TYPES = frozenset({"list", "tuple", "dict", "set", "frozenset", "bytes", "slice"})
"""Built-in classes that the format knows; it refuses all others, and functions like ``eval``."""

MAIN_MODULES = frozenset({"__main__", "__external_main__"})
"""Modules of a launching script; a task finds neither by importing."""


def name_of(value: Any) -> tuple[str | None, str]:
    """Return module and qualified name of a class, function, class method or enum member."""
    module = getattr(value, "__module__", None)
    if isinstance(value, enum.Enum):
        return module, f"{type(value).__qualname__}.{value.name}"
    owner: Any = getattr(value, "__self__", None)
    if isinstance(value, types.MethodType) and isinstance(owner, type):
        # The method's own qualified name is that of the parent class that defines it.
        return owner.__module__, f"{owner.__qualname__}.{value.__name__}"
    return module, value.__qualname__


def find(module: str, name: str) -> Any:
    """Import ``module`` and walk to ``name``.

    Raises:
        UnresolvedModuleError: The module cannot be imported, or fails or exits while it is.
        UnresolvedNameError: The module has no such attribute.
    """
    try:
        value: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = UnresolvedModuleError(f"{error}; needed for {name!r} of {module!r}")
        missing.name = error.name
        raise missing from error
    except (Exception, SystemExit) as error:  # a module runs any code when imported
        raise UnresolvedModuleError(
            f"cannot import {module!r}, needed for {name!r}: {type(error).__name__}: {error}"
        ) from error
    return attribute(value, module, name)


def attribute(value: Any, module: str, name: str) -> Any:
    """Walk from ``value`` along the dots of ``name``.

    Raises:
        UnresolvedNameError: An attribute on the way is missing.
    """
    for part in name.split("."):
        try:
            value = getattr(value, part)
        except AttributeError as error:
            raise UnresolvedNameError(f"{error}; looking for {name!r} in {module!r}") from error
    return value


def is_refused_builtin(value: Any, module: str) -> bool:
    """Whether a reference points into the interpreter itself, where only containers are allowed."""
    if module not in sys.builtin_module_names:
        return False
    return not (module == "builtins" and getattr(value, "__name__", "") in BUILTIN_TYPES)
