"""What to do about a value that no text can hold."""

from __future__ import annotations

import functools
import pathlib
import sys
from typing import Any


def way_out(value: Any) -> str:
    """Return a clause for the end of a message, such as ``a way out is run.Config(date, ...)``."""
    if isinstance(value, functools.partial):
        return f"a way out is run.Partial({_name(value.func)}, ...)"
    if isinstance(value, pathlib.Path):
        return "a way out is run.Config(Path, ...)"
    if _can_be_configured(type(value)):
        return f"a way out is run.Config({type(value).__name__}, ...)"
    return "a way out is to make it in the function that needs it"


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", None) or "function")


def _can_be_configured(cls: type) -> bool:
    """Whether a reader could import a class and call it; the interpreter's own are refused."""
    if cls.__module__ in (*sys.builtin_module_names, "types", "typing"):
        return False
    found: Any = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is cls
