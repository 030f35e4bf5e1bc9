"""Files that people name on command lines: ``@FILE`` and ``@FILE:SECTION``."""

from __future__ import annotations

import os
import re

from nemo_run._data.document import Document
from nemo_run._data.errors import DataError, DataSyntaxError, SectionMissingError
from nemo_run._data.files import read_text
from nemo_run._data.formats import SUFFIXES, format_of, read
from nemo_run._data.forms import FACTORY, TARGET
from nemo_run._data.size import check_size

_SECTION = re.compile(r"(.+):(\w[\w.-]*)", re.DOTALL)


def split_section(text: str) -> tuple[str, str | None]:
    """Return path and section of ``path[:section]``; a file that has the whole text as its name wins."""
    found = _SECTION.fullmatch(text)
    if found is None or os.path.exists(os.path.expanduser(text)):
        return text, None
    if _has_suffix(text) and not _has_suffix(found[1]):  # a colon in the middle of a name
        return text, None
    return found[1], found[2]


def parse_reference(text: str) -> tuple[str, str | None]:
    """Return path and section of ``@path[:section]``; ``~`` is the home folder.

    Raises:
        InvalidConfigError: The text does not start with ``@``, or there is nothing behind it.
    """
    if not text.startswith("@") or not text[1:].strip() or "\0" in text:
        raise DataError(f"Invalid config file format: {text}; it is '@path' or '@path:section'")
    path, section = split_section(text[1:])
    return os.path.expanduser(path), section


def load_file(path: str | os.PathLike[str], section: str | None = None) -> Document:
    """Return what a file holds, or one section of it, which may be a dotted path.

    A file without a suffix, as exports may have none, is read as JSON, TOML or YAML, whichever fits first.

    Raises:
        InvalidConfigError: It is missing or broken, or has no such section; names file and line.
    """
    name = os.fspath(path)
    document = _read(read_text(name), name)
    check_size(document.data, name)  # others copy what it shares
    if section is None:
        return document
    try:
        return document.section(*_keys(document, section))
    except (LookupError, TypeError) as error:
        raise SectionMissingError(f"Section {section!r} not found in config file {name}") from error


def load_part(path: str | os.PathLike[str], section: str | None = None) -> Document:
    """Return the section, or what a file says about one thing.

    That is the content of its only key, where that is a mapping; else the whole file, which may be a
    list or a single value, too.

    Raises:
        InvalidConfigError: As ``load_file``; also if the file is empty.
    """
    document = load_file(path, section)
    if section is not None:
        return document
    data = document.data
    if data is None:
        raise DataError(f"Error loading config file {os.fspath(path)}: it is empty")
    if not isinstance(data, dict) or TARGET in data or FACTORY in data or len(data) != 1:
        return document
    key, value = next(iter(data.items()))
    return document.section(key) if isinstance(value, dict) else document


def _read(text: str, name: str) -> Document:
    if os.path.splitext(name)[1]:
        return read(text, format_of(name), name)
    for kind in ("json", "toml"):
        try:
            document = read(text, kind, name)
        except DataSyntaxError:
            continue
        if document.data != {} or kind == "json":  # to TOML, an empty file is an empty table
            return document
    return read(text, "yaml", name)


def _has_suffix(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in SUFFIXES


def _keys(document: Document, section: str) -> list[str]:
    """Return the keys of a section; a key with dots in it wins."""
    data = document.data
    return [section] if isinstance(data, dict) and section in data else section.split(".")
