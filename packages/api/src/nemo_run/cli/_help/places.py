"""Where functions are written, as text and as an address that terminals and editors open."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from nemo_run._types.describe import class_to_str


@dataclass(frozen=True)
class Place:
    """Where a function is written.

    Attributes:
        name: ``module.function``.
        path: Of the file, or empty.
        line: Number of its first line, or 0.
    """

    name: str
    path: str = ""
    line: int = 0


def place_of(function: Any) -> Place:
    """Return where a function is written; what is known of it."""
    inner = _unwrapped(function)
    name = class_to_str(inner)
    try:
        path = inspect.getsourcefile(inner) or ""
        line = inspect.getsourcelines(inner)[1] if os.path.isfile(path) else 0
    except (OSError, TypeError):  # typed in, or written in C
        return Place(name)
    return Place(name, os.path.abspath(path), line) if line else Place(name)


def link_to(place: Place, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of a place: of a file, or for the editor that the environment names."""
    if not place.path:
        return ""
    editor = environ.get("NEMO_EDITOR") or ("vscode" if environ.get("TERM_PROGRAM") == "vscode" else "")
    if editor:
        return f"{editor}://file/{quote(place.path.lstrip('/'))}:{place.line}"
    return f"file://{quote(place.path)}#L{place.line}"


def _unwrapped(function: Any) -> Any:
    function = getattr(function, "wrapped", function)
    try:
        return inspect.unwrap(function)
    except ValueError:  # wrapped in itself
        return function
