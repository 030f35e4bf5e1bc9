"""What there is to tell about named executors, right ones and wrong ones."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run._masking import masked
from nemo_run.core.execution._profiles import python_file
from nemo_run.core.execution._profiles.book import Book, Layer, open_book
from nemo_run.core.execution._profiles.build import fields_of
from nemo_run.core.execution._profiles.environment import MissingVariableError
from nemo_run.core.execution._profiles.merge import TYPE
from nemo_run.core.execution._profiles.named import built, executor_names, named_executor
from nemo_run.core.execution._profiles.profile import Profile
from nemo_run_domain.errors import InvalidConfigError, NemoRunError
from nemo_run_domain.secrets import MASK


@dataclass(frozen=True)
class Entry:
    """One named executor.

    Attributes:
        name: What it is called.
        type: Name of its class; empty where that is not known before it is made.
        source: File, and line where the format has lines.
        description: One line.
        hidden: Another one has the name and is used instead.
    """

    name: str
    type: str
    source: str
    description: str
    hidden: bool = False


@dataclass(frozen=True)
class Finding:
    """Something wrong with a named executor.

    Attributes:
        message: Names file, profile and field.
        is_problem: False where only the environment of this moment lacks something.
    """

    message: str
    is_problem: bool


def entries() -> list[Entry]:
    """Return all named executors, profiles first; hidden ones are last.

    Raises:
        InvalidConfigError: One of the files cannot be read.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    book, file = open_book(), python_file.load()
    found = [_entry(book, layer) for layer in book.layers()]
    names = {entry.name for entry in found}
    others = [] if file is None else [Entry(name, *row) for name, row in _rows(file).items()]
    hidden = [_entry(book, layer, hidden=True) for layer in book.hidden()]
    shadowed = [Entry(e.name, e.type, e.source, e.description, True) for e in others if e.name in names]
    return [*found, *(entry for entry in others if entry.name not in names), *hidden, *shadowed]


def _rows(file: python_file.PythonFile) -> dict[str, tuple[str, str, str]]:
    return {name: (file.type_of(name), file.path, text) for name, text in file.names().items()}


def _entry(book: Book, layer: Layer, *, hidden: bool = False) -> Entry:
    try:
        kind = Profile(book.stack(layer)).cls().__name__
    except InvalidConfigError:
        kind = str(layer.table.get(TYPE, ""))
    return Entry(layer.name, kind, layer.where, layer.description, hidden)


def shown(name: str) -> dict[str, Any]:
    """Return the resolved fields of a named executor, secrets masked.

    Raises:
        ExecutorNotFoundError: There is none of that name; lists those there are.
        InvalidConfigError: It cannot work, or a file cannot be read.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    book = open_book()
    layer = book.find(name)
    return _shown_of_python(name) if layer is None else _shown_profile(book, layer)


def _shown_of_python(name: str) -> dict[str, Any]:
    executor = named_executor(name)
    fields = [field for field in dataclasses.fields(executor) if field.init]
    return {
        "name": name,
        "type": _path(type(executor)),
        "source": python_file.path(),
        "extends": [],
        "description": executor_names().get(name, ""),
        "fields": {field.name: _shown_field(field, getattr(executor, field.name)) for field in fields},
    }


def _shown_field(field: dataclasses.Field[Any], value: Any) -> Any:
    is_shown = field.repr or isinstance(value, Mapping)  # variables are left out of ``repr`` as a whole
    return masked(_plain(value), field.name) if is_shown else MASK


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return value if isinstance(value, (str, int, float, type(None))) else repr(value)


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _shown_profile(book: Book, layer: Layer) -> dict[str, Any]:
    profile = Profile(book.stack(layer))
    profile.config({})
    cls = profile.cls()
    return {
        "name": layer.name,
        "type": _path(cls),
        "source": layer.where,
        "extends": [step.name for step in profile.stack[:-1]],
        "description": layer.description,
        "fields": masked(profile.fields(cls, os.environ)),
    }


def check() -> Iterator[Finding]:
    """Make every profile, and yield what is wrong; each thing once.

    Raises:
        InvalidConfigError: One of the files cannot be read.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    book = open_book()
    python_file.load()
    findings = [finding for layer in [*book.layers(), *book.hidden()] if (finding := _check(book, layer))]
    yield from dict.fromkeys([*findings, *_unused_defaults(book)])


def _check(book: Book, layer: Layer) -> Finding | None:
    try:
        built(layer.name, Profile(book.stack(layer)).config({}))
    except MissingVariableError as error:
        return Finding(str(error), is_problem=False)
    except NemoRunError as error:
        return Finding(str(error), is_problem=True)
    return None


def _unused_defaults(book: Book) -> Iterator[Finding]:
    """Yield the defaults that no profile of their file takes: they are misspelt."""
    for file in book.files:
        known = _known_fields(book, [Layer(file, name) for name in file.tables])
        for name in file.defaults:
            if known is not None and name not in known:
                where = file.where("defaults", name)
                yield Finding(f"{where}: default {name!r} is a field of no executor here", is_problem=True)


def _known_fields(book: Book, layers: list[Layer]) -> set[str] | None:
    """Return the fields of all executors of a file; None where one takes anything, or is not known."""
    known: set[str] = set()
    for layer in layers:
        try:
            fields = fields_of(Profile(book.stack(layer)).cls())
        except InvalidConfigError:
            return None
        if fields is None:
            return None
        known.update(fields)
    return known
