"""TOML 1.0."""

from __future__ import annotations

import functools
import importlib
import re
import sys
from typing import Any

import tomli_w

from nemo_run._data.document import Document
from nemo_run._data.errors import DataError, DataSyntaxError, unwritable
from nemo_run._data.portable import portable
from nemo_run._data.toml_lines import marks_of

tomllib: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
_LINE = re.compile(r"\(at line (\d+)")


def read(text: str, source: str = "") -> Document:
    """Return what a TOML text holds; see ``formats.read``."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        parts = [source, _line_of(error, text), f"not TOML: {error}"]
        message = ", ".join(parts[:2]).strip(", ")
        raise DataSyntaxError(f"{message}: {parts[2]}" if message else parts[2]) from error
    later = functools.cache(functools.partial(marks_of, text, data, tomllib.loads))
    return Document(data=data, source=source, later=later)


def _line_of(error: Exception, text: str) -> str:
    found = _LINE.search(str(error))
    if found is None and "at end of document" not in str(error):
        return ""
    line = found[1] if found else text.rstrip().count("\n") + 1
    return f"line {line}"


def write(data: Any, *, raw: bool = False) -> str:
    """Return data as TOML; see ``formats.write``.

    Entries that are None are left out, because TOML has no such value.
    """
    table = portable(data, without_none=True, raw=raw)
    if not isinstance(table, dict):
        raise DataError(f"TOML holds a table, not a {type(data).__name__}; use YAML or JSON")
    try:
        return tomli_w.dumps(table)
    except RecursionError as error:
        raise DataError("nested too deeply for TOML; use YAML") from error
    except UnicodeError as error:
        raise unwritable(f"cannot write this as TOML: {error}") from error
