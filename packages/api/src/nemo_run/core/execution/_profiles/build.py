"""From the merged table of a profile to the configuration of an executor."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run._data.from_data import from_data
from nemo_run._types.hints import hint_for, signature_of
from nemo_run._types.shape import allows_none, bare, members_of
from nemo_run.cli._parse.suggest import did_you_mean
from nemo_run.config import Config
from nemo_run.core.execution._profiles.classes import find_class
from nemo_run.core.execution._profiles.merge import TYPE
from nemo_run.core.execution.base import Executor
from nemo_run_domain.errors import InvalidConfigError

ASSIGNED = ("experiment_id", "job_dir")
"""Fields of executors that belong to one job and are set when it is added."""

Path = tuple[str, ...]


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
        base = _class_in(hint)
        if base is not None:
            return self._object(value, base, hint, path)
        inner = _element(hint)
        if inner is None or _class_in(inner) is None:
            return None
        if isinstance(value, list):
            return [self._nested(part, inner, (*path, str(i))) for i, part in enumerate(value)]
        if isinstance(value, Mapping):
            return {key: self._nested(part, inner, (*path, key)) for key, part in value.items()}
        return None

    def _object(self, value: Any, base: type, hint: Any, path: Path) -> Any:
        table = {TYPE: value} if isinstance(value, str) else value
        if not isinstance(table, Mapping):
            return None
        cls = self._class(table, base, path)
        if isinstance(value, str) and str in members_of(hint):
            return value
        return self.config(cls, {key: part for key, part in table.items() if key != TYPE}, path)

    def _class(self, table: Mapping[str, Any], base: type, path: Path) -> type:
        if TYPE not in table or TYPE in (fields_of(base) or ()):
            return base
        try:
            return find_class(table[TYPE], base)
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


def _class_in(hint: Any) -> type | None:
    """Return the class of our own kind that a field holds: a dataclass, alone or beside None and texts."""
    kinds = [bare(member) for member in members_of(hint)]
    return next((k for k in kinds if isinstance(k, type) and dataclasses.is_dataclass(k)), None)


def _element(hint: Any) -> Any:
    """Return the type of the items of a list or of the values of a mapping."""
    for member in members_of(hint):
        origin, args = typing.get_origin(bare(member)), typing.get_args(bare(member))
        if isinstance(origin, type) and args and issubclass(origin, (list, dict, tuple)):
            return args[-1]
    return None
