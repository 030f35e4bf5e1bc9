"""The three formats: which one a file has, text -> data, data -> text."""

from __future__ import annotations

import importlib
import os
from typing import Any

from nemo_run._data.document import Document
from nemo_run._data.errors import DataError, DataSyntaxError, WrongTypeError

FORMATS = ("yaml", "json", "toml")

SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the format that the suffix of a file stands for.

    Raises:
        InvalidConfigError: Another suffix, or none.
    """
    suffix = os.path.splitext(os.fspath(path))[1].lower()
    if suffix not in SUFFIXES:
        supported = ", ".join(SUFFIXES)
        raise DataError(f"Unsupported file extension: {suffix}. Supported extensions are: {supported}")
    return SUFFIXES[suffix]


def check_format(name: str) -> str:
    """Return the name of a format in the spelling of ``FORMATS``.

    Raises:
        InvalidConfigError: There is no such format.
    """
    if name.lower() not in FORMATS:
        raise DataError(f"Unsupported format: {name}. Supported formats are: {', '.join(FORMATS)}")
    return name.lower()


def read(text: str | bytes, format: str, source: str = "") -> Document:
    """Return what a text holds; an empty YAML text holds None.

    Only mappings, lists and scalars are made, whatever the text says. Aliases of YAML become the
    same object, so a short text stands for a small graph however often it refers to itself.

    Args:
        text: What to read; bytes are UTF-8.
        format: One of ``FORMATS``.
        source: File name, for messages.

    Raises:
        InvalidConfigError: The text is not in that format, with file and line, or it is no text.
    """
    return _room(format).read(_decoded(text, format, source), source)


def write(data: Any, format: str, *, raw: bool = False) -> str:
    """Return data as text. YAML keeps sharing with anchors, the other two write shared parts again.

    Args:
        data: What ``to_data`` returns, or data of one's own.
        format: One of ``FORMATS``.
        raw: The data is one's own: for JSON and TOML keys become text, dates text in ISO form if
            need be, and sets lists. Else all values get forms that ``from_data`` understands.

    Raises:
        PackagingError: A value that no file can hold, or that this format cannot, with its path.
        InvalidConfigError: Nested too deeply, or too big when shared parts are written out.
    """
    return _room(format).write(data, raw=raw)


def _decoded(text: Any, format: str, source: str) -> str:
    if isinstance(text, str):
        return text
    if not isinstance(text, (bytes, bytearray)):
        raise WrongTypeError(f"{format.upper()} is read from text or bytes, not from a {type(text).__name__}")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        prefix = f"{source}: " if source else ""
        raise DataSyntaxError(f"{prefix}not {format.upper()}: {error}") from error


def _room(format: str) -> Any:
    return importlib.import_module(f"nemo_run._data.{check_format(format)}_text")
