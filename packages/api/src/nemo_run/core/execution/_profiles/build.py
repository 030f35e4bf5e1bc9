"""From the merged table of a profile to the configuration of an executor."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run._data.from_data import from_data
from nemo_run._suggest import did_you_mean
from nemo_run._types.hints import hint_for, signature_of
from nemo_run._types.shape import allows_none, bare, members_of
from nemo_run.config import Config
from nemo_run.core.execution._profiles.classes import find_class
from nemo_run.core.execution._profiles.merge import TYPE
from nemo_run.core.execution.base import Executor
from nemo_run.core.execution.launcher import LAUNCHER_MAP
from nemo_run_domain.errors import InvalidConfigError

ASSIGNED = ("experiment_id", "job_dir")
"""Fields of executors that belong to one job and are set when it is added."""

Path = tuple[str, ...]
Classes = tuple[type, ...]


@dataclass(frozen=True)
class Builder:
    """Builds configurations from tables.

    Attributes:
        fail: Path of a field, what is wrong with it -> the error to raise, with file and line.
    """

    fail: Callable[[Path, str], InvalidConfigError]

    def config(self, cls: type, table: Mapping[str, Any], path: Path = ()) -> Config[Any]:
        """Return the configuration of ``cls`` with the fields that a table names.

        None stands for the default of a field that cannot be None.

        Raises:
            InvalidConfigError: A field that is unknown, or whose value is of another type.
        """
        fields = fields_of(cls)
        arguments: dict[str, Any] = {}
        for name, value in table.items():
            if fields is not None and name not in fields:
                raise self.fail((*path, name), _unknown(str(name), cls, fields))
            if value is not None or allows_none(hint_for(cls, name)):
                arguments[name] = self._value(value, cls, name, (*path, name))
        try:
            return Config(cls, **arguments)
        except TypeError as error:
            raise self.fail(path, str(error)) from error

    def _value(self, value: Any, owner: type, name: str, path: Path) -> Any:
        hint = hint_for(owner, name)
        if (nested := self._nested(value, hint, path)) is not None:
            return nested
        try:
            return from_data(value, hint, owner=owner, name=name)
        except (ValueError, TypeError) as error:
            raise self.fail(path, str(error)) from error

    def _nested(self, value: Any, hint: Any, path: Path) -> Any:
        """Return what stands for an object or a container of objects; None if it is neither."""
        if classes := _classes_in(hint):
            return self._object(value, classes, hint, path)
        inner = _element(hint)
        if not _classes_in(inner):
            return None
        if isinstance(value, list):
            return [self._part(part, inner, (*path, str(i))) for i, part in enumerate(value)]
        if isinstance(value, Mapping):
            return {key: self._part(part, inner, (*path, key)) for key, part in value.items()}
        return None

    def _part(self, value: Any, hint: Any, path: Path) -> Any:
        found = self._nested(value, hint, path)
        if found is None and not (value is None and allows_none(hint)):
            kinds = " or ".join(cls.__name__ for cls in _classes_in(hint))
            raise self.fail(path, f"must be a table of fields of {kinds}, not {value!r}")
        return found

    def _object(self, value: Any, classes: Classes, hint: Any, path: Path) -> Any:
        if isinstance(value, str):
            cls = self._named(value, classes, hint, path)
            return value if cls is None else self.config(cls, {}, path)
        if not isinstance(value, Mapping):
            return None
        if TYPE not in value or TYPE in (fields_of(classes[0]) or ()):
            return self.config(_fitting(classes, value), value, path)
        cls = self._named(value[TYPE], classes, None, path)
        return self.config(cls or classes[0], {key: value[key] for key in value if key != TYPE}, path)

    def _named(self, text: Any, classes: Classes, hint: Any, path: Path) -> type | None:
        """Return the class of that name; None for a short name that the field itself takes."""
        if str in members_of(hint) and (not text or text in LAUNCHER_MAP):
            return None
        if not isinstance(text, str):
            raise self.fail((*path, TYPE), f"must be the name of a class, not {text!r}")
        try:
            return find_class(text, *classes)
        except InvalidConfigError as error:
            raise self.fail(path, str(error)) from error


def fields_of(cls: type) -> list[str] | None:
    """Return what can be said of a class in a profile; None where it takes any keyword."""
    parameters = signature_of(cls).parameters.values()
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return None
    hidden = ASSIGNED if issubclass(cls, Executor) else ()
    return [p.name for p in parameters if p.name not in hidden and not p.name.startswith("_")]


def _unknown(name: str, cls: type, fields: list[str]) -> str:
    if name in ASSIGNED and issubclass(cls, Executor):
        return f"it is set for each job when {cls.__name__} is used, and is no field of a profile"
    return f"{cls.__name__} has no such field.{did_you_mean(name, fields)} Its fields are {', '.join(fields)}"


def _classes_in(hint: Any) -> Classes:
    """Return the dataclasses that a field may hold, in declared order."""
    kinds = [bare(member) for member in members_of(hint)]
    return tuple(kind for kind in kinds if isinstance(kind, type) and dataclasses.is_dataclass(kind))


def _fitting(classes: Classes, table: Mapping[str, Any]) -> type:
    """Return the first class that has all fields of a table, else the first one."""
    fields = {cls: fields_of(cls) for cls in classes}
    return next((c for c, known in fields.items() if known is None or {*table} <= {*known}), classes[0])


def _element(hint: Any) -> Any:
    """Return the type of the items of a list or of the values of a mapping."""
    for member in members_of(hint):
        origin, args = typing.get_origin(bare(member)), typing.get_args(bare(member))
        if isinstance(origin, type) and args and issubclass(origin, (list, dict, tuple)):
            return args[-1]
    return None
