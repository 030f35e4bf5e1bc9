"""Objects by their dotted names."""

from __future__ import annotations

import builtins
import importlib
import sys
from types import ModuleType
from typing import Any

_MISSING = object()


class LoadingError(Exception):
    """A module that exists cannot be imported; the error is the cause."""


def named_object(name: str, *, load: bool = True) -> Any:
    """Return what ``package.module.attribute`` names, or a name of the script or of Python itself.

    Args:
        name: Names with dots between them.
        load: Import modules; otherwise only those that are loaded already are looked at.

    Raises:
        LookupError: Nothing of that name.
        LoadingError: Importing a module failed.
    """
    parts = name.split(".")
    if not all(part.isidentifier() and not part.startswith("__") for part in parts):
        raise LookupError(f"{name!r} is no name")
    for count in range(len(parts) - 1, 0, -1):
        module = _module(".".join(parts[:count]), load)
        if module is not None:
            return _attribute(module, parts[count:], name)
    found = _of_script(parts)
    if found is _MISSING:
        raise LookupError(f"there is nothing named {name!r}")
    return found


def of_script(name: str) -> Any:
    """Return what the script that was started calls by a name.

    Raises:
        LookupError: Nothing.
    """
    found = getattr(sys.modules.get("__main__"), name, _MISSING)
    if found is _MISSING:
        raise LookupError(f"the script has nothing named {name!r}")
    return found


def _module(name: str, load: bool) -> ModuleType | None:
    if name in sys.modules or not load:
        return sys.modules.get(name)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            return None
        raise LoadingError(f"importing {name} failed: {error}") from error
    except (Exception, SystemExit) as error:
        raise LoadingError(f"importing {name} failed: {type(error).__name__}: {error}") from error


def _attribute(start: Any, parts: list[str], name: str) -> Any:
    found = start
    for part in parts:
        try:
            found = getattr(found, part)
        except Exception as error:
            raise LookupError(f"there is nothing named {name!r}: {error}") from error
    return found


def _of_script(parts: list[str]) -> Any:
    for start in (sys.modules.get("__main__"), builtins):
        if hasattr(start, parts[0]):
            try:
                return _attribute(start, parts, ".".join(parts))
            except LookupError:
                return _MISSING
    return _MISSING
