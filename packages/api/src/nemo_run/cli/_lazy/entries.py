"""What a lazy entry point records: (path, operator, value), in order.

Words of a command line have plain text as value, which is coerced to what the parameter takes; any
other value is set as it is. The operator ``@`` marks the content of a file for the parameter at
``path``, or for the whole function where ``path`` is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nemo_run.cli._lazy.errors import OverwriteError

Entry = tuple[str, str, Any]

FILE = "@"
OPERATORS = "+-*/|&"
_FACTORY, _TARGET = "._factory_", "._target_"


@dataclass(frozen=True)
class FileEntry:
    """The content of a file.

    Attributes:
        path: Of the parameter it is for; empty for the whole function.
        data: Mappings, lists and scalars.
        document: Where it was read, if that is known.
    """

    path: str
    data: Any
    document: Any = None

    def replaced(self, data: Any) -> FileEntry:
        """Return the same with other data."""
        return replace(self, data=data)


def read_word(word: str) -> Entry:
    """Split ``key OP value``.

    Raises:
        ValueError: There is no ``=``.
    """
    path, equals, value = word.partition("=")
    if not equals:
        has_name = word.isidentifier()
        reason = f"It has no value: write {word}=VALUE" if has_name else "An overwrite is key=value."
        raise OverwriteError(f"Invalid overwrite format: {word or repr(word)}. {reason}")
    return normalised((path, "=", value))


def normalised(entry: Entry) -> Entry:
    """Return an entry with its operator in its place; older ones had it at the end of the path."""
    path, operator, value = entry
    path = path.strip()
    if operator == "=" and path[-1:] in OPERATORS and path:
        return path[:-1].rstrip(), f"{path[-1]}=", value
    return path, operator, value


def is_word(entry: Entry) -> bool:
    """Whether an entry came from a command line."""
    return type(entry[2]) is str and entry[1] != FILE


def text_of(entry: Entry) -> str:
    """Return the word of an entry that came from a command line."""
    path, operator, value = entry
    if path.endswith(_FACTORY) and operator == "=":
        path = path[: -len(_FACTORY)]
    elif path.endswith(_TARGET) and operator == "=":
        path, value = path[: -len(_TARGET)], f"Config[{value}]"
    return f"{path}{operator}{value}"


def in_order(entries: Iterable[Entry], documents: Mapping[int, Any]) -> tuple[list[FileEntry], list[Entry]]:
    """Return the contents of files, those for the whole function first, and the rest as it is applied.

    Of the rest, entries whose path has no dot come before those whose path has one.

    Args:
        entries: As they were recorded.
        documents: Id of the data in an entry -> document it was read from.
    """
    files: list[FileEntry] = []
    plain: list[Entry] = []
    dotted: list[Entry] = []
    for entry in entries:
        path, operator, value = entry = normalised(entry)
        if operator == FILE:
            files.append(FileEntry(path, value, documents.get(id(value))))
        else:
            (dotted if "." in path else plain).append(entry)
    files.sort(key=lambda file: bool(file.path))
    return files, plain + dotted
