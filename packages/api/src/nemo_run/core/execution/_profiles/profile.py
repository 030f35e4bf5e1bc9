"""From the layers of a profile to one configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run.config import Config
from nemo_run.core.execution._profiles import environment, merge
from nemo_run.core.execution._profiles.book import DESCRIPTION, EXTENDS, Layer
from nemo_run.core.execution._profiles.build import Builder, fields_of
from nemo_run.core.execution._profiles.classes import class_names, find_class
from nemo_run.core.execution.base import Executor
from nemo_run_domain.errors import InvalidConfigError

ENV_FROM, ENV_VARS, UNSET = "env_from", "env_vars", "unset"
RESERVED = (merge.TYPE, EXTENDS, DESCRIPTION, ENV_FROM, UNSET)
_PLAIN = (str, bool, int, float, type(None))


@dataclass(frozen=True)
class Profile:
    """A profile with all that it extends.

    Attributes:
        stack: Its layers, the lowest first; the last one is the profile itself.
    """

    stack: Sequence[Layer]

    @property
    def top(self) -> Layer:
        """The layer that has its name."""
        return self.stack[-1]

    def cls(self) -> type:
        """Return the class of the executor.

        Raises:
            InvalidConfigError: No layer says, or there is no such class.
        """
        layer = next((layer for layer in reversed(self.stack) if merge.TYPE in layer.table), None)
        if layer is None:
            names = ", ".join(class_names(Executor))
            raise self.top.error(
                (), f"it has no type; say for example type = 'LocalExecutor'. Known: {names}"
            )
        named = layer.table[merge.TYPE]
        if not isinstance(named, str):
            raise layer.error((merge.TYPE,), f"must be the name of a class, not {named!r}")
        try:
            return find_class(named, Executor)
        except InvalidConfigError as error:
            raise layer.error((merge.TYPE,), str(error)) from error

    def fields(self, cls: type, environ: Mapping[str, str]) -> dict[str, Any]:
        """Return the merged fields, with the values of the environment.

        Raises:
            MissingVariableError: The environment lacks one.
        """
        table: dict[str, Any] = {}
        for layer in self.stack:
            table = merge.merged(_cut(layer, table), _own(layer, cls))
        filled = {name: self._filled(name, value, environ) for name, value in table.items()}
        env_vars = self._env_vars(filled.pop(ENV_VARS, None))
        env_vars |= self._taken(environ, set(env_vars))
        return {**filled, **({ENV_VARS: env_vars} if env_vars else {})}

    def config(self, overrides: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Config[Any]:
        """Return the configuration of the executor.

        Args:
            overrides: Fields on top; mappings are merged, objects are taken as they are.
            environ: Where values come from; default: the environment of this process.

        Raises:
            InvalidConfigError: It cannot work; names file, line, profile and field.
        """
        cls = self.cls()
        data = {name: value for name, value in overrides.items() if _is_data(value)}
        fields = self.fields(cls, os.environ if environ is None else environ)
        table = merge.plain(merge.merged(fields, data))
        env_vars = table.pop(ENV_VARS, None)
        config = Builder(self.error).config(cls, table)
        live = {name: value for name, value in overrides.items() if name not in data}
        for name, value in {**live, **({ENV_VARS: dict(env_vars)} if env_vars else {})}.items():
            self._set(config, name, value)
        return config

    def _set(self, config: Config[Any], name: str, value: Any) -> None:
        try:
            setattr(config, name, value)
        except AttributeError as error:
            raise self.error((name,), str(error)) from error

    def error(self, path: tuple[str, ...], problem: str) -> InvalidConfigError:
        """Return the error about a field, at the layer that says most of it."""
        layers = list(reversed(self.stack))
        depths = [_depth(layer.table, path) for layer in layers]
        return layers[depths.index(max(depths))].error(path, problem)

    def _filled(self, name: str, value: Any, environ: Mapping[str, str]) -> Any:
        try:
            return environment.interpolated(merge.plain(value), environ)
        except InvalidConfigError as error:
            raise self._again(error, (name,)) from error

    def _taken(self, environ: Mapping[str, str], said: set[str]) -> dict[str, str]:
        """Return what ``env_from`` asks for, but for variables that ``env_vars`` says anyway."""
        listed = merge.united([layer.texts(ENV_FROM) for layer in self.stack])
        names = [name for name in listed if name not in said]
        try:
            return {**environment.taken(names, environ)}
        except InvalidConfigError as error:
            raise self._again(error, (ENV_FROM,)) from error

    def _again(self, error: InvalidConfigError, path: tuple[str, ...]) -> InvalidConfigError:
        """Return an error of the same class that says where."""
        return type(error)(str(self.error(path, str(error))))

    def _env_vars(self, value: Any) -> dict[str, str]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.error((ENV_VARS,), f"must be a table of texts, not {value!r}")
        return {name: self._env_value(name, part) for name, part in value.items() if part is not None}

    def _env_value(self, name: Any, value: Any) -> str:
        if not isinstance(name, str):
            raise self.error((ENV_VARS, name), "the name of a variable must be a text")
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self.error((ENV_VARS, name), f"must be a text, not {value!r}; write it in quotes")


def _depth(value: Any, path: tuple[str, ...]) -> int:
    """Return how many steps of a path lead somewhere."""
    for depth, step in enumerate(path):
        try:
            value = value[int(step) if isinstance(value, list) else step]
        except (LookupError, TypeError, ValueError):
            return depth
    return len(path)


def _cut(layer: Layer, table: dict[str, Any]) -> dict[str, Any]:
    """Return what a layer leaves of those below it."""
    for path in layer.texts(UNSET):
        try:
            table = merge.without(table, path.split("."))
        except KeyError:
            raise layer.error((UNSET,), f"{path!r} is not inherited, so it cannot be removed") from None
    return table


def _own(layer: Layer, cls: type) -> dict[str, Any]:
    """Return the fields that a layer sets; of defaults, those that the class has."""
    known = fields_of(cls) if layer.is_defaults else None
    return {
        name: value
        for name, value in layer.table.items()
        if name not in RESERVED and (known is None or name in known)
    }


def _is_data(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_data, value.values()))
    return all(map(_is_data, value)) if type(value) is list else isinstance(value, _PLAIN)
