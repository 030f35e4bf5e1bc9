"""JSON."""

from __future__ import annotations

import functools
import json
import json.encoder
from typing import Any

from nemo_run._data.document import Document, short
from nemo_run._data.errors import DataSyntaxError
from nemo_run._data.json_lines import find_double, marks_of
from nemo_run._data.portable import portable

_NAMES = {True: "true", False: "false", None: "null"}
_text_of = json.encoder.encode_basestring_ascii


class _DoubleKeyError(Exception):
    """An object has the same key twice."""


def read(text: str, source: str = "") -> Document:
    """Return what a JSON text holds; see ``formats.read``."""
    place = f"{source}, " if source else ""
    try:
        data = json.loads(text, object_pairs_hook=_object)
    except _DoubleKeyError:
        key, before, line = find_double(text) or ("", 1, 1)
        message = f"the key {short(key)} is there already, in line {before}"
        raise DataSyntaxError(f"{place}line {line}: {message}") from None
    except json.JSONDecodeError as error:
        raise DataSyntaxError(f"{place}line {error.lineno}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise DataSyntaxError(f"{place}not JSON that can be read: {error}") from error
    return Document(data=data, source=source, later=functools.cache(functools.partial(marks_of, text, data)))


def write(data: Any, *, raw: bool = False) -> str:
    """Return data as JSON, indented by two; see ``formats.write``.

    Infinity and NaN are written by these names, as Python's ``json`` does.
    """
    out: list[str] = []
    todo: list[tuple[str | None, Any, int]] = [(None, portable(data, raw=raw), 0)]
    while todo:
        text, value, depth = todo.pop()
        if text is not None:
            out.append(text)
        elif value and isinstance(value, (dict, list)):
            _open(value, depth, out, todo)
        else:
            out.append(_scalar(value))
    return "".join(out)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    new = dict(pairs)
    if len(new) < len(pairs):
        raise _DoubleKeyError
    return new


def _open(value: Any, depth: int, out: list[str], todo: list[Any]) -> None:
    """Write the start of a container and put the rest on the stack, last things first."""
    is_map = isinstance(value, dict)
    out.append("{" if is_map else "[")
    entries = list(value.items()) if is_map else [(None, item) for item in value]
    indent = "\n" + "  " * (depth + 1)
    todo.append((f"\n{'  ' * depth}{'}' if is_map else ']'}", None, depth))
    for place in range(len(entries) - 1, -1, -1):
        key, item = entries[place]
        name = f"{_text_of(str(key))}: " if is_map else ""
        todo.append((None, item, depth + 1))
        todo.append((f"{',' if place else ''}{indent}{name}", None, depth))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text_of(value)
    if value is None or isinstance(value, bool):
        return _NAMES[value]
    return json.dumps(value)
