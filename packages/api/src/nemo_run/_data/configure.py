"""Mappings with ``_target_`` -> configurations, short of the values of their arguments."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import fiddle as fdl

from nemo_run._config.buildables import Config, Partial
from nemo_run._data.arguments import (
    argument_of,
    default_of,
    hint_of,
    leads_inside,
    split_operator,
    warn_of_unknown_field,
)
from nemo_run._data.document import short
from nemo_run._data.errors import DataError, WrongTypeError
from nemo_run._data.forms import ARGS, CALL, FACTORY, PARTIAL, RESERVED, TARGET
from nemo_run._data.place import Place
from nemo_run._data.targets import find_target, split_marker
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run_adapters.codec.making import ConfigMaker
from nemo_run_adapters.codec.unknown import is_ours


@dataclasses.dataclass(slots=True)
class Node:
    """A configuration whose arguments are being made.

    Attributes:
        kind: ``Config`` or ``Partial``.
        target: What it configures.
        names: Its arguments.
        values: Their data, replaced by their values one by one.
        places: Where the values belong.
        later: What is put onto the finished configuration: operators, keys with dots, and mappings
            for defaults that are configurations.
        has_defaults: Whether arguments that are not given become configurations.
    """

    kind: Any
    target: Any
    has_defaults: bool
    names: list[Any] = dataclasses.field(default_factory=list)
    values: list[Any] = dataclasses.field(default_factory=list)
    places: list[Place] = dataclasses.field(default_factory=list)
    later: dict[Any, Any] = dataclasses.field(default_factory=dict)

    def config(self, make: Callable[..., Any]) -> Any:
        """Return the configuration; see ``ConfigMaker`` for ``make``."""
        arguments = dict(zip(self.names, self.values, strict=True))
        if self.has_defaults:
            arguments = {**self.kind(self.target).__arguments__, **arguments}
        return make(self.kind, self.target, arguments, {})


class Configurer:
    """Finds out what mappings configure; remembers it for the whole document."""

    def __init__(self, located: Callable[[Exception, Place], Exception]) -> None:
        self._located = located
        self.make = ConfigMaker().make
        self._found: dict[str, Any] = {}
        self._defaults: dict[tuple[Any, int], tuple[Any, bool]] = {}
        self._arguments: dict[tuple[int, Any], tuple[Any, Any, bool]] = {}

    def find(self, text: str) -> Any:
        """Import what a name stands for."""
        if text not in self._found:
            self._found[text] = find_target(text)
        return self._found[text]

    def node_of(self, text: str, data: dict[Any, Any], place: Place) -> Node:
        """Return the configuration of a mapping with ``_target_``."""
        marker, name = split_marker(text)
        partial = data.get(PARTIAL, marker == "Partial")
        if not isinstance(partial, bool):
            error = WrongTypeError(f"{PARTIAL} is {short(partial)}, neither true nor false")
            raise self._located(error, place.inside(PARTIAL, place.hint))
        if data.get(CALL, True) is not True or FACTORY in data:
            raise DataError(
                f"{TARGET} does not go together with {FACTORY} or {CALL}: {short(data.get(CALL))}"
            )
        try:
            target = self.find(name)
            self._has_defaults(Partial, target)
        except DataError as error:
            raise self._located(error, place.inside(TARGET, place.hint)) from error
        return self.node(target, data, place, partial=partial)

    def node(self, target: Any, data: dict[Any, Any], place: Place, *, partial: bool) -> Node:
        """Return the configuration of a mapping that says what the arguments are.

        Raises:
            InvalidConfigError: It cannot be configured, or not with these arguments.
        """
        kind = Partial if partial else Config
        node = Node(kind, target, self._has_defaults(kind, target))
        for key, value in data.items():
            if key not in RESERVED:
                self._add(node, key, value, place.where, place)
        args = data.get(ARGS, [])
        if not isinstance(args, list):
            raise WrongTypeError(f"{ARGS} is {short(args)}, no list")
        for i, value in enumerate(args):
            self._add(node, i, value, (place.where, ARGS), place)
        if len(set(node.names)) < len(node.names):
            raise DataError(f"an argument is given twice, by name and by position: {node.names}")
        return node

    def _add(self, node: Node, key: Any, value: Any, where: Any, place: Place) -> None:
        here = place.inside(key, place.hint)._replace(where=(where, key))
        name, operator = split_operator(key)
        if self._leads_inside(node.target, name):
            node.later[key] = value
            return
        try:
            argument, hint, is_configured = self._argument(node.target, name)
        except ArgumentValueError as error:
            located = self._located(error, here)
            if not is_ours(node.target):
                raise located from error
            warn_of_unknown_field(str(located))
            return
        if operator != "=" or (is_configured and is_markerless(value)):
            node.later[key] = value
            return
        node.names.append(argument)
        node.values.append(value)
        node.places.append(here._replace(hint=hint, owner=node.target, name=str(argument)))

    def _leads_inside(self, target: Any, name: Any) -> bool:
        key = (id(target), name)
        return key not in self._arguments and leads_inside(target, name)

    def _argument(self, target: Any, name: Any) -> tuple[Any, Any, bool]:
        """Return argument, annotation, and whether the default is a configuration."""
        key = (id(target), name if isinstance(name, str) else (name,))
        if key not in self._arguments:
            argument = argument_of(target, name)
            is_configured = isinstance(default_of(target, argument), fdl.Buildable)
            self._arguments[key] = (argument, hint_of(target, argument), is_configured)
        return self._arguments[key]

    def _has_defaults(self, kind: Any, target: Any) -> bool:
        key = (kind, id(target))
        if key not in self._defaults:
            try:
                self._defaults[key] = (target, bool(kind(target).__arguments__))
            except (TypeError, ValueError) as error:
                raise DataError(f"{short(target)} cannot be configured: {error}") from error
        return self._defaults[key][1]


def is_markerless(value: Any) -> bool:
    """Whether data is a mapping that leaves open what it configures."""
    return isinstance(value, dict) and TARGET not in value and FACTORY not in value
