"""Texts of a command line that are no text: bytes that Python could not decode."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from nemo_run._translate import is_lazy
from nemo_run.cli._run.errors import UndecodedTextError

_ENOUGH = 200


def check_texts(task: Any) -> None:
    """Check that what goes elsewhere has no text that cannot be written.

    Raises:
        UndecodedTextError: One has bytes that are no text here; names the parameter.
    """
    seen: set[int] = set()
    todo: list[tuple[str, Any]] = [("", task)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, (str, PurePath)):
            _check(path.removeprefix("."), str(value))
        elif id(value) not in seen:
            seen.add(id(value))
            todo += ((f"{path}{step}", part) for step, part in _parts(value))


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if is_lazy(value):
        yield from ((f".{path}", part) for path, _, part in getattr(value, "_args_", ()))
    elif isinstance(arguments := getattr(value, "__arguments__", None), Mapping):
        yield from ((f".{name}", part) for name, part in arguments.items())
    elif isinstance(value, Mapping):
        yield from ((f"[{key!r}]", part) for key, part in value.items())
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from ((f"[{i}]", part) for i, part in enumerate(value))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (
            (f".{field.name}", getattr(value, field.name, None)) for field in dataclasses.fields(value)
        )


def _check(path: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        is_utf8 = sys.getfilesystemencoding() == "utf-8"
        way_out = "write it in UTF-8" if is_utf8 else "set PYTHONUTF8=1, so that Python reads UTF-8"
        shown = ascii(text if len(text) <= _ENOUGH else f"{text[:_ENOUGH]}...")
        raise UndecodedTextError(
            f"{path} is {shown}, which holds bytes that are no text; {way_out}"
        ) from None
