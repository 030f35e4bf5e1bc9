"""Puts data onto configurations that are there."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import fiddle as fdl

from nemo_run._config.buildables import CONVERTER
from nemo_run._data.arguments import argument_of, default_of, hint_of, split_operator
from nemo_run._data.configure import is_markerless
from nemo_run._data.place import Place
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.operations import Operation, combine
from nemo_run.cli._parse.places import locate
from nemo_run.cli._parse.words import parse_key
from nemo_run_domain.errors import NemoRunError

_STEP = re.compile(r"[.\[]")


class Filler:
    """Sets arguments, in place.

    Args:
        build: Data, place -> value.
        located: Error, place -> the same error with the place in its message.
    """

    def __init__(
        self,
        build: Callable[[Any, Place], Any],
        located: Callable[[Exception, Place], Exception],
    ) -> None:
        self._build = build
        self._located = located

    def fill(self, root: Any, data: Mapping[Any, Any], place: Place, *, replace: bool = False) -> Any:
        """Set what ``data`` says and return ``root``.

        Args:
            root: A configuration.
            data: Key, perhaps with an operator at its end -> value. A mapping without ``_target_``
                goes into the configuration that is there, or into a copy of the default.
            place: Where ``data`` stands.
            replace: Dictionaries take the place of the ones that are there; else they are merged.

        Raises:
            InvalidConfigError: An unknown name or a value that does not suit; names the place.
        """
        todo: list[tuple[Any, Mapping[Any, Any], Place]] = [(root, data, place)]
        while todo:
            config, entries, where = todo.pop()
            for key, value in entries.items():
                here = where.inside(key, where.hint)
                try:
                    nested = self._set(config, key, value, here, replace)
                except NemoRunError as error:
                    raise self._located(error, here) from error
                if nested is not None:
                    todo.append((nested, value, here))
        return root

    def _set(self, config: Any, key: Any, value: Any, here: Place, replace: bool) -> Any:
        """Set one argument, or return the configuration that a mapping is meant for."""
        name, operator = split_operator(key)
        target = config.__fn_or_cls__
        if isinstance(name, str) and target is not dict and _STEP.search(name):
            self._set_far(config, name, operator, value, here)
            return None
        argument = argument_of(target, name)
        place = here._replace(hint=hint_of(target, argument), owner=target, name=str(argument))
        if operator != "=":
            new = combine(Operation(operator), _current(config, argument), self._build(value, place))
            _assign(config, argument, new)
            return None
        if is_markerless(value):
            if (nested := _nested(config, argument)) is not None:
                return nested
            old = config.__arguments__.get(argument)
            if isinstance(old, dict) and not replace:
                _assign(config, argument, {**old, **self._build(value, place)})
                return None
        _assign(config, argument, self._build(value, place))
        return None

    def _set_far(self, config: Any, key: str, operator: str, value: Any, here: Place) -> None:
        """Set what a key such as ``net.layers[0].width`` leads to."""
        far = locate(config, parse_key(key), create=True)
        place = here._replace(hint=far.hint, owner=far.owner, name=far.name)
        if operator == "=" and is_markerless(value) and isinstance(far.get(), fdl.Buildable):
            self.fill(far.open(), value, place)
        else:
            far.set(combine(Operation(operator), far.get(), self._build(value, place)))


def _current(config: Any, argument: str | int) -> Any:
    """Return what an argument is; ``inspect.Parameter.empty`` if it has no value."""
    arguments = config.__arguments__
    if argument in arguments:
        return arguments[argument]
    return (
        inspect.Parameter.empty if isinstance(argument, int) else default_of(config.__fn_or_cls__, argument)
    )


def _nested(config: Any, argument: str | int) -> Any:
    """Return the configuration an argument holds; a default is copied first, so that it never changes."""
    current = _current(config, argument)
    if not isinstance(current, fdl.Buildable):
        return None
    if argument not in config.__arguments__:
        current = CONVERTER.adopt(current).clone()
        _assign(config, argument, current)
    return current


def _assign(config: Any, argument: str | int, value: Any) -> None:
    try:
        if isinstance(argument, int):
            config[argument] = value
        else:
            setattr(config, argument, value)
    except (AttributeError, TypeError, ValueError, LookupError) as error:
        raise ArgumentValueError(f"cannot set {argument!r}: {error}", str(argument), {}) from error
