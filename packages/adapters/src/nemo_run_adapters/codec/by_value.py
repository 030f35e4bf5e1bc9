"""Functions and classes that only the launching process has: they travel as code.

A blob is one line of ASCII that says which Python wrote it, and what cloudpickle made of the
whole table, so that globals two functions share stay shared.
"""

from __future__ import annotations

import inspect
import io
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import cloudpickle

from nemo_run_domain.errors import PackagingError

HEADER = "# nemo_run by-value objects, python {}.{}\n"


def dump_by_value(table: Mapping[str, Any]) -> bytes:
    """Return the blob of ``module:name`` -> object.

    Raises:
        PackagingError: Something in it cannot travel; names the function, the variable and its type.
    """
    header = HEADER.format(*sys.version_info[:2]).encode("ascii")
    with _as_code("__external_main__"):
        try:
            return header + _dumps(dict(table))
        except Exception as error:  # whatever a user's __reduce__ raises
            raise PackagingError(_explain(table, error)) from error


class _Pickler(cloudpickle.Pickler):
    """Leaves behind what only describes a function to the launching process, such as a command."""

    def reducer_override(self, obj: Any) -> Any:
        if getattr(type(obj), "__stays_here__", False) is True:
            return types.SimpleNamespace, ()
        return super().reducer_override(obj)


def _dumps(value: Any) -> bytes:
    with io.BytesIO() as file:
        _Pickler(file).dump(value)
        return file.getvalue()


def load_by_value(blob: bytes) -> dict[str, Any]:
    """Return the table of a blob; runs what is in it, so the blob must be trusted."""
    _, _, pickled = blob.partition(b"\n")
    return cloudpickle.loads(pickled)


class _as_code:  # noqa: N801 - reads as a verb
    """Have cloudpickle send a module's functions as code, although it could be imported here."""

    def __init__(self, name: str) -> None:
        self._module = sys.modules.get(name)

    def __enter__(self) -> None:
        if self._module is not None:
            cloudpickle.register_pickle_by_value(self._module)

    def __exit__(self, *exc: object) -> None:
        if self._module is not None:
            cloudpickle.unregister_pickle_by_value(self._module)


def _explain(table: Mapping[str, Any], error: Exception) -> str:
    for ref, value in table.items():
        if not _travels(value):
            name = ref.partition(":")[2]
            culprit = _culprit(value, set())
            inside = f": {culprit} cannot be pickled" if culprit else ""
            return f"{_kind(value)} {name!r} of the launching program cannot travel{inside} ({error})"
    return f"objects of the launching program cannot travel together ({error})"


def _culprit(value: Any, seen: set[int]) -> str | None:
    """Name the innermost variable that keeps ``value`` from travelling."""
    seen.add(id(value))
    for label, held in _variables(value):
        if id(held) in seen or _travels(held):
            continue
        inner = _culprit(held, seen)
        if inner is not None:
            return f"{inner}, which {label} refers to"
        return f"{label} of type {type(held).__module__}.{type(held).__qualname__}"
    return None


def _variables(value: Any) -> Iterator[tuple[str, Any]]:
    if inspect.isclass(value):
        for name, held in vars(value).items():
            if not name.startswith("__") or inspect.isfunction(held):
                yield f"attribute {name!r} of class {value.__qualname__!r}", held
    function = inspect.unwrap(getattr(value, "__func__", value))
    if not inspect.isfunction(function):
        return
    found = inspect.getclosurevars(function)
    for kind, variables in (("closure", found.nonlocals), ("global", found.globals)):
        for name, held in variables.items():
            yield f"{kind} variable {name!r}", held
    for held in function.__defaults__ or ():
        yield f"a default value of {function.__qualname__!r}", held


def _travels(value: Any) -> bool:
    try:
        _dumps(value)
    except Exception:  # noqa: BLE001 - whatever a user's __reduce__ raises
        return False
    return True


def _kind(value: Any) -> str:
    return "class" if inspect.isclass(value) else "function" if callable(value) else "object"
