"""Factories named in words: ``wide`` and ``wide(16, act='x')``."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from types import ModuleType
from typing import Any

import fiddle as fdl

from nemo_run._config.buildables import Config, Partial
from nemo_run._registry import factories
from nemo_run._suggest import closest, listed
from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import MISSING, Unresolved, return_hint
from nemo_run._types.namespace import get_type_namespace
from nemo_run._types.shape import configures, is_partial
from nemo_run.cli._parse.assign import Read, assign_words
from nemo_run.cli._parse.dotted import LoadingError, named_object, of_script
from nemo_run.cli._parse.errors import CLIException, FactoryError, ListParseError, UnknownFactoryError
from nemo_run.cli._parse.fitting import is_factory, is_value, makes_one_item, may_make
from nemo_run.cli._parse.literals import split
from nemo_run.cli._parse.suiting import class_suits, suits
from nemo_run.cli._parse.values import own_copy

_DATA = (str, int, float, complex, bytes, list, tuple, set, frozenset, dict, enum.Enum, PurePath)
_CALL = re.compile(r"\s*(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*(?:\((?P<arguments>.*)\))?\s*", re.DOTALL)


@dataclass(frozen=True)
class Call:
    """A factory named in a text.

    Attributes:
        name: Of the factory, perhaps with dots.
        arguments: Words for it.
        text: The whole text.
    """

    name: str
    arguments: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Spot:
    """What a value is for.

    Attributes:
        owner: The function or class whose parameter it is, or None.
        name: Of the parameter, or nothing.
        hint: Its annotation.
    """

    owner: Any
    name: str
    hint: Any

    def __str__(self) -> str:
        name = f"{self.name!r}" if self.name else "the value"
        owner = f" of {class_to_str(self.owner)}" if self.owner is not None else ""
        hint = class_to_str(self.hint)
        return f"{name}{owner}{f' ({hint})' if hint else ''}"


def parse_call(text: str) -> Call | None:
    """Return the factory and the arguments that a text names; None if it has another form."""
    match = _CALL.fullmatch(text)
    if match is None:
        return None
    try:
        parts = [part.strip() for part in split(match["arguments"] or "", ",")]
    except ValueError:
        return None
    if parts[-1] == "":
        parts.pop()
    return None if "" in parts else Call(match["name"], tuple(parts), text)


def find_registered(call: Call, spot: Spot) -> Any:
    """Return the factory registered for what the value is for; None if there is none."""
    hint = MISSING if isinstance(spot.hint, Unresolved) else spot.hint
    return factories.find_for(spot.owner, spot.name, hint, call.name)


def find_of_parameter(call: Call, spot: Spot) -> Any:
    """Return the factory registered for exactly that parameter; None if there is none."""
    if spot.owner is None or not spot.name:
        return None
    return factories.find(f"{get_type_namespace(spot.owner)}.{spot.name}", call.name)


def find_elsewhere(call: Call, spot: Spot, *, load: bool) -> tuple[Any] | None:
    """Return what a dotted name, or the script, calls by the name of a call, in a tuple.

    Raises:
        FactoryError: The module cannot be imported.
    """
    try:
        found = named_object(call.name, load=load) if "." in call.name else of_script(call.name)
    except LookupError:
        return None
    except LoadingError as error:
        raise FactoryError(f"Cannot use {call.name!r} for {spot}: {error}", call.text, {}) from error
    return None if isinstance(found, ModuleType) else (found,)


def is_meant(found: Any, hint: Any) -> bool:
    """Whether a dotted text surely names an object: a factory, or a constant that is plain data and fits."""
    if callable(found) and not isinstance(found, fdl.Buildable):
        return is_factory(found)
    return isinstance(found, (fdl.Buildable, *_DATA)) and suits(found, hint)


def value_of(call: Call, found: Any, spot: Spot, read: Read) -> Any:
    """Return what a name stands for: the result of a factory, a configuration of a class, a constant."""
    if not callable(found) or isinstance(found, fdl.Buildable):
        if call.arguments:
            raise FactoryError(f"{call.name!r} takes no arguments: it is not callable", call.text, {})
        return own_copy(found)
    if isinstance(found, type) or (configures(spot.hint) and not is_factory(found)):
        kind = Partial if is_partial(spot.hint) else Config
        return assign_words(kind(found), call.arguments, create=False, read=read)
    return call_factory(found, call, spot, read)


def fitting_value_of(call: Call, found: Any, spot: Spot, read: Read) -> Any:
    """Return what ``value_of`` does, unless that can hardly be meant.

    Raises:
        FactoryError: A constant of another type, a class that makes something else, or a function that
            does; it is not called if that is known before.
    """
    is_function = callable(found) and not isinstance(found, (type, fdl.Buildable))
    if not is_function:
        _check_object(call, found, spot)
    elif not (may_make(found, spot.hint) or configures(spot.hint)):
        text = f"{call.name!r} does not make a value for {spot}, as far as its annotations tell"
        raise FactoryError(text, call.text, {"factory": call.name})
    value = value_of(call, found, spot, read)
    if is_function and not is_value(value, spot.hint):
        text = f"{call.name!r} made {type(value).__name__} {value!r:.100}, which is no value for {spot}"
        raise FactoryError(text, call.text, {"factory": call.name})
    return value


def _check_object(call: Call, found: Any, spot: Spot) -> None:
    """Refuse a constant or a class that is no value for a parameter."""
    if not (class_suits(found, spot.hint) if isinstance(found, type) else suits(found, spot.hint)):
        what = "a class" if isinstance(found, type) else f"of type {type(found).__name__}"
        text = f"{call.name!r} is {what}, which is no value for {spot}"
        raise FactoryError(text, call.text, {"factory": call.name})


def registered_value(call: Call, function: Any, spot: Spot, read: Read) -> Any:
    """Return what a registered factory makes; of a class registered as one that is a configuration.

    Raises:
        ListParseError: It makes an item of the list that is wanted.
    """
    if isinstance(function, type):
        return value_of(call, function, spot, read)
    if makes_one_item(function, spot.hint):
        raise ListParseError(call.text, spot.hint, f"{call.name} makes one item, write [{call.text.strip()}]")
    return call_factory(function, call, spot, read)


def call_factory(function: Callable[..., Any], call: Call, spot: Spot, read: Read) -> Any:
    """Call a factory; configurations among the arguments reach it as they are.

    A configuration that it returns is copied: it may return the same one each time.

    Raises:
        FactoryError: It raised an error, which is the cause.
        CLIException: An argument is wrong.
    """
    args, kwargs = _arguments(function, call, read) if call.arguments else ((), {})
    try:
        made = function(*args, **kwargs)
    except CLIException:
        raise
    except (Exception, SystemExit) as error:
        problem = f"{type(error).__name__}: {error}"
        text = f"Factory {call.name!r}{_place(function)} for {spot} failed: {problem}"
        raise FactoryError(text, call.text, {"factory": call.name}) from error
    return own_copy(made) if isinstance(made, (fdl.Buildable, list, tuple, dict)) else made


def unknown(call: Call, spot: Spot) -> UnknownFactoryError:
    """Return the error that tells which factories there are, and what they make."""
    known = {
        name: f"{name!r}{_result(function)}"
        for name, function in factories.candidates(spot.owner, spot.name, _known(spot.hint)).items()
    }
    like = closest(call.name, known)
    text = f"No matching factory found for: {call.name}, as the value of {spot}"
    hint = f". Did you mean {known[like]}?" if like else ""
    names = f"; there are {listed(known.values())}" if known and (not like or len(known) > 1) else ""
    return UnknownFactoryError(call.text, spot.hint, f"{text}{names}{hint}")


def _known(hint: Any) -> Any:
    return MISSING if isinstance(hint, Unresolved) else hint


def _arguments(function: Callable[..., Any], call: Call, read: Read) -> tuple[list[Any], dict[str, Any]]:
    try:
        filled = Partial(function, bind_args=False)
    except (TypeError, ValueError) as error:
        text = f"Factory {call.name!r} takes no arguments from a text: {error}"
        raise FactoryError(text, call.text, {"factory": call.name}) from error
    assign_words(filled, call.arguments, create=False, read=read)
    positional = {key: value for key, value in filled.__arguments__.items() if isinstance(key, int)}
    named = {key: value for key, value in filled.__arguments__.items() if isinstance(key, str)}
    return [positional[key] for key in sorted(positional)], named


def _result(function: Callable[..., Any]) -> str:
    try:
        hint = return_hint(function)
    except (TypeError, ValueError):
        return ""
    return "" if hint is MISSING else f" ({class_to_str(hint)})"


def _place(function: Any) -> str:
    while isinstance(function, functools.partial) or hasattr(function, "__wrapped__"):
        function = function.func if isinstance(function, functools.partial) else function.__wrapped__
    code = getattr(function, "__code__", None)
    return f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
