"""The configuration that files and words are applied to."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from typing import Any

import fiddle as fdl

from nemo_run._data.errors import DataError, located
from nemo_run._data.from_data import from_data
from nemo_run._data.targets import find_target
from nemo_run._types.namespace import get_type_namespace
from nemo_run.cli._lazy.copying import copy_tree
from nemo_run.cli._lazy.entries import FileEntry
from nemo_run.cli._lazy.errors import FactoryResultError, LazyConfigError, LazyTypeError
from nemo_run.cli._lazy.importable import imported
from nemo_run.cli._lazy.targets import LazyTarget
from nemo_run.cli._parse.factories import parse_factory
from nemo_run.config import Partial
from nemo_run_domain.errors import NemoRunError


def start(
    target: Any, function: Any, factory: Any, files: Sequence[FileEntry]
) -> tuple[Any, list[FileEntry]]:
    """Return the ``Partial`` to start from, which is the caller's alone, and the files to merge into it.

    Args:
        target: The function, or something lazy that stands for it.
        function: Of the command.
        factory: Name or callable; None: what a file names as its target, or the function itself.
        files: Contents of files. For the whole function their ``_target_`` may be the function, or a
            factory for it, whose arguments the file then holds.

    Raises:
        ValueError: A file or factory is for another function.
    """
    made, rest = None, []
    for file in files:
        configured = _target_of(file, target, function)
        if configured is None or _is_same(configured, function):
            rest.append(file)
        elif factory is None and made is None and _is_factory(configured):
            made = _checked(_called(configured, file), function, configured)
        else:
            raise LazyConfigError(
                f"{_place(file)}: it configures {_name(configured)}, "
                f"not {_name(function)}, which is to be run"
            )
    if factory is not None:
        made = _checked(_made(function, factory), function, factory)
    return _bare(function) if made is None else made, rest


def _bare(function: Any) -> Any:
    try:
        return Partial(function)
    except (TypeError, ValueError) as error:
        raise LazyTypeError(f"cannot configure {_name(function)}: {error}") from error


def _target_of(file: FileEntry, target: Any, function: Any) -> Any:
    """Return what the content of a file for the whole function configures; None where it does not say."""
    if file.path or not isinstance(file.data, dict) or "_target_" not in file.data:
        return None
    text = str(file.data["_target_"])
    if text.startswith(("Config[", "Partial[")):
        text = text.partition("[")[2].removesuffix("]")
    if text in (_name(function), get_type_namespace(function), getattr(target, "import_path", None)):
        return function
    module, _, name = text.partition(".")
    if module != "__main__":
        return _imported(text, file)
    found = getattr(sys.modules["__main__"], name, None)
    if found is None and name != getattr(function, "__qualname__", None):
        raise LazyConfigError(f"{_place(file)}: the program that runs has no {name!r}, which {text!r} names")
    return function if found is None else found


def _imported(text: str, file: FileEntry) -> Any:
    try:
        return imported(LazyTarget(text).target)
    except NemoRunError as error:
        raise located(_told_better(text, error), _place(file)) from error


def _told_better(text: str, error: Exception) -> Exception:
    """Return the error that importing for data gives: it knows names that are like the wrong one."""
    try:
        find_target(text)
    except DataError as better:
        return better
    return error


def _is_same(one: Any, other: Any) -> bool:
    """Whether two functions are one: the same, wrapped, or of a script that was also imported."""
    if one is other or inspect.unwrap(one) is inspect.unwrap(other):
        return True
    if isinstance(one, type) and isinstance(other, type) and issubclass(one, other):
        return True
    names = get_type_namespace(one), get_type_namespace(other)
    return names[0] == names[1] and "<locals>" not in names[0]


def _is_factory(target: Any) -> bool:
    return getattr(target, "__factory__", False) is True or getattr(target, "__auto_config__", False) is True


def _called(factory: Any, file: FileEntry) -> Any:
    arguments = from_data(file.data, document=file.document).__arguments__
    return factory(**arguments)


def _made(function: Any, factory: Any) -> Any:
    if isinstance(factory, str):
        return parse_factory(function, "factory", function, factory)
    return factory if isinstance(factory, fdl.Buildable) else factory()


def _checked(result: Any, function: Any, factory: Any) -> Any:
    """Return the result of a factory as a ``Partial``; a copy, for the factory may keep it."""
    what = f"factory {factory if isinstance(factory, str) else _name(factory)!r}"
    if not isinstance(result, fdl.Buildable):
        raise FactoryResultError(f"{what} returned {result!r}, not a run.Partial of {_name(function)}")
    if getattr(type(result), "is_lazy", False) is True:
        result = result.resolve()
    if not _is_same(imported(result.__fn_or_cls__), function):
        configured = _name(result.__fn_or_cls__)
        raise FactoryResultError(f"{what} is for {configured}, not for {_name(function)}, which is to be run")
    result = copy_tree(result)
    return result if type(result) is Partial else fdl.cast(Partial, result)


def _name(target: Any) -> str:
    name = getattr(target, "__qualname__", None) or repr(target)
    module = getattr(target, "__module__", None)
    return f"{module}.{name}" if module else name


def _place(file: FileEntry) -> str:
    place = file.document.place(["_target_"]) if file.document is not None else ""
    return place or "the values for the function"
