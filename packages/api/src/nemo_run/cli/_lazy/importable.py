"""Dotted names -> what they mean."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from nemo_run.cli._lazy.errors import LazyAttributeError, LazyImportError


def is_lazy_import(value: object) -> bool:
    """Whether ``value`` stands for something that is not imported yet."""
    return getattr(type(value), "__is_lazy__", False) is True


def imported(value: Any) -> Any:
    """Return what a lazy import stands for, and anything else as it is."""
    return value._import() if is_lazy_import(value) else value


def import_module(qualname: str) -> Any:
    """Import what a dotted name means: a module, something in it, or something in a class of it.

    Raises:
        ImportError: The module cannot be imported.
        AttributeError: The module has no such name.
    """
    parts = qualname.split(".")
    if not all(part.isidentifier() for part in parts):
        raise LazyImportError(f"{qualname!r} is not the dotted name of anything that can be imported")
    value = _module(parts[:1], qualname)
    for count in range(1, len(parts)):
        value = _step(value, parts, count)
    return value


def _step(value: Any, parts: list[str], count: int) -> Any:
    """Go from what the first ``count`` parts mean to the next one, importing it where it is a module."""
    try:
        return getattr(value, parts[count])
    except AttributeError as error:
        qualname = ".".join(parts)
        if isinstance(value, ModuleType):
            found = _module(parts[: count + 1], qualname)
        else:  # a function with the name of the module it is defined in
            found = getattr(_module(parts[:count], qualname), parts[count], None)
        if found is None:
            raise _missing(parts, count) from error
        return found


def _module(parts: list[str], qualname: str) -> Any:
    """Import a module; None where its package has none of that name."""
    name = ".".join(parts)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and error.name == name and "." in name:
            return None
        raise LazyImportError(f"cannot import {qualname!r}: {error}", name=error.name) from error
    except (Exception, SystemExit) as error:  # a module runs any code when imported
        reason = f"module {name!r} raised {type(error).__name__}: {error}"
        raise LazyImportError(f"cannot import {qualname!r}: {reason}", name=name) from error


def _missing(parts: list[str], count: int) -> Exception:
    start = f"cannot import {'.'.join(parts)!r}: {'.'.join(parts[:count])!r} has no"
    if count == len(parts) - 1:
        return LazyAttributeError(f"{start} attribute {parts[count]!r}")
    return LazyImportError(f"{start} module {parts[count]!r}", name=".".join(parts[: count + 1]))
