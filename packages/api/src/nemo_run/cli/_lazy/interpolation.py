r"""``${key}`` and ``${oc.env:VAR}`` in words and files, through OmegaConf; ``???`` in files.

OmegaConf is loaded only when a value holds ``${``. ``\${`` stands for these two letters themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nemo_run._data.forms import ARGS, CALL, PARTIAL, TARGET
from nemo_run._lazy import LazyModule
from nemo_run.cli._lazy.entries import FILE, Entry, FileEntry, is_word
from nemo_run.cli._lazy.errors import InterpolationError, LazyConfigError

if TYPE_CHECKING:
    from nemo_run.cli._lazy import omega
else:
    omega = LazyModule("nemo_run.cli._lazy.omega")

_START = "${"
_ESCAPED = re.compile(r"(?<!\\)\\\$\{")
_TO_ESCAPE = re.compile(r"(\\*)\$\{")
_HIDDEN = "\x00{"  # no text of a command line or a file can hold it
_MISSING = "???"


def interpolate(files: Sequence[FileEntry], changes: Sequence[Entry]) -> tuple[list[FileEntry], list[Entry]]:
    """Return contents of files and words with the values that they refer to.

    What was exported stands for itself, whatever is in it: a whole task, and a part of one that
    ``literal`` has marked.

    Raises:
        ValueError: A reference leads nowhere, or nothing was given for a ``???``.
    """
    files = [_completed(file, files, changes) for file in files]
    values = _Values(files, changes)
    files = [_filled(file, values) if _refers(file) else file for file in files]
    return files, [_changed(change, values) for change in changes]


def _filled(file: FileEntry, values: _Values) -> FileEntry:
    try:
        return file.replaced(values.in_data(file.data, file.path))
    except (InterpolationError, RecursionError) as error:
        source = file.document.source if file.document is not None else ""
        raise InterpolationError(f"{source}: {error}" if source else str(error)) from error


def _refers(file: FileEntry) -> bool:
    return not _is_exported(file) and any(_START in text for _, text in _texts(file.data))


def _is_exported(file: FileEntry) -> bool:
    if not (isinstance(file.data, dict) and {TARGET, PARTIAL} <= set(file.data)):
        return False
    return not file.path or file.data[PARTIAL] is False  # nobody writes the latter by hand


def _changed(change: Entry, values: _Values) -> Entry:
    path, operator, value = change
    if not is_word(change) or _START not in value:
        return change
    return path, operator, _as_word(values.of(value, path))


def _as_word(value: Any) -> str:
    """Return a value the way it is written on a command line."""
    return value if isinstance(value, str) else repr(value)


class _Values:
    """What texts with references mean; knows all words and files."""

    def __init__(self, files: Sequence[FileEntry], changes: Sequence[Entry]) -> None:
        data = [(file.path, FILE, file.data) for file in files if not _is_exported(file)]
        self._entries = [*data, *changes]
        self._tree: omega.Tree | None = None

    def of(self, text: str, path: str) -> Any:
        """Return what a text at a path means."""
        hidden = _ESCAPED.sub(_HIDDEN, text)
        if _START not in hidden:
            return hidden.replace(_HIDDEN, _START)
        if self._tree is None:
            self._tree = omega.Tree(self._entries)
        value = self._tree.value(hidden, path)
        return value.replace(_HIDDEN, _START) if isinstance(value, str) else value

    def in_data(self, data: Any, path: str) -> Any:
        """Return data with what its texts mean."""
        if isinstance(data, dict):
            inside = f"{path}." if path else ""
            return {key: self.in_data(value, f"{inside}{key}") for key, value in data.items()}
        if isinstance(data, list):
            return [self.in_data(value, path) for value in data]
        return self.of(data, path) if isinstance(data, str) and _START in data else data


def _texts(data: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the texts in data with the way to each; data may be deeper than Python's stack."""
    todo: list[tuple[tuple[Any, ...], Any]] = [((), data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, (dict, list)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            todo += [((*path, key), part) for key, part in items if isinstance(part, (str, dict, list))][::-1]


# -- values to be written -------------------------------------------------------------------------


def literal(data: Any) -> Any:
    """Return data of a part of a task such that nothing in it is taken for a reference when it is read.

    A ``Partial`` is left as it is: at the place of a parameter, its texts may be references.
    """
    if not any(_START in text or text == _MISSING for _, text in _texts(data)):
        return data
    if not isinstance(data, dict) or TARGET not in data or {ARGS, CALL} & set(data):
        return escaped(data)
    return {TARGET: data[TARGET], PARTIAL: False, **data}


def escaped(data: Any) -> Any:
    """Return data with a backslash before each start of a reference; what is shared stays shared."""
    return _escaped(data, {})


def _escaped(data: Any, memo: dict[int, Any]) -> Any:
    if isinstance(data, str):
        return _TO_ESCAPE.sub(r"\1\1\\${", data)
    if not isinstance(data, (dict, list)):
        return data
    if id(data) not in memo:
        if isinstance(data, dict):
            memo[id(data)] = {key: _escaped(value, memo) for key, value in data.items()}
        else:
            memo[id(data)] = [_escaped(value, memo) for value in data]
    return memo[id(data)]


# -- values to be given ---------------------------------------------------------------------------


def _completed(file: FileEntry, files: Sequence[FileEntry], changes: Sequence[Entry]) -> FileEntry:
    """Return the content of a file without its ``???``.

    Raises:
        ValueError: One of them gets no other value.
    """
    missing = [path for path, text in _texts(file.data) if text == _MISSING]
    if not missing or _is_exported(file):
        return file
    given = [change[0] for change in changes] + [other.path for other in files if other.path]
    for path in missing:
        name = ".".join(filter(None, [file.path, *map(str, path)]))
        if not any(_covers(other, name) for other in given):
            place = file.document.place(path) if file.document is not None else ""
            raise LazyConfigError(
                f"{place or name}: ??? stands for a value that has to be given: {name}=VALUE"
            )
    return file.replaced(_without(file.data))


def _covers(given: str, wanted: str) -> bool:
    return given == wanted or given.startswith((f"{wanted}.", f"{wanted}[")) or wanted.startswith(f"{given}.")


def _without(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without(value) for key, value in data.items() if value != _MISSING}
    return [_without(value) for value in data] if isinstance(data, list) else data
