"""Values that factories make, asked for by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_origin

from nemo_run._types.hints import MISSING
from nemo_run._types.shape import members_of
from nemo_run.cli._parse import calls
from nemo_run.cli._parse.calls import Call, Spot
from nemo_run.cli._parse.errors import ArgumentParsingError
from nemo_run.cli._parse.literals import items_of, split
from nemo_run.cli._parse.texts import from_text


def parse_factory(parent: Any, arg_name: str, arg_type: Any, value: str) -> Any:
    """Return what ``NAME``, ``NAME(arguments)`` or a list of these makes.

    A name with dots is imported; others are looked up among the factories for the parameter, those
    for its type, and in the script that was started. What is not callable is returned as it is.

    Args:
        parent: The function, class or configuration that has the parameter.
        arg_name: The parameter.
        arg_type: Its annotation.
        value: The text.

    Raises:
        ArgumentParsingError: Another text.
        UnknownFactoryError: No factory of that name; tells which there are.
        FactoryError: The factory failed.
    """
    owner = getattr(parent, "__fn_or_cls__", parent)
    if value.strip().startswith("["):
        return [_made(item, Spot(owner, arg_name, _item_type(arg_type))) for item in _items(value)]
    return _made(value, Spot(owner, arg_name, arg_type))


def call_factory(function: Callable[..., Any], arguments: str = "") -> Any:
    """Return what a factory makes of ``"16, act='x'"``.

    Raises:
        ArgumentParsingError: The text is no list of arguments.
        FactoryError: The factory failed.
    """
    name = getattr(function, "__name__", str(function))
    call = calls.parse_call(f"factory({arguments})")
    if call is None:
        raise _invalid(f"{name}({arguments})")
    call = Call(name, call.arguments, f"{name}({arguments})")
    return calls.call_factory(function, call, Spot(None, "", MISSING), from_text)


def split_arguments(text: str) -> list[str]:
    """Return what stands between the commas of ``a, b(x=1), 'c,d'``.

    Raises:
        ArgumentParsingError: A quote or bracket is not closed.
    """
    try:
        return [part.strip() for part in split(text, ",")] if text.strip() else []
    except ValueError as error:
        raise ArgumentParsingError(f"Invalid arguments: {error}", text, {}) from error


def _made(text: str, spot: Spot) -> Any:
    call = calls.parse_call(text)
    if call is None:
        raise _invalid(text)
    return _called(call, spot)


def _called(call: Call, spot: Spot) -> Any:
    function = calls.find_registered(call, spot)
    if function is not None:
        return calls.registered_value(call, function, spot, from_text)
    found = calls.find_elsewhere(call, spot, load=True)
    if found is None:
        raise calls.unknown(call, spot)
    return calls.value_of(call, found[0], spot, from_text)


def _items(text: str) -> list[str]:
    try:
        return items_of(text, ("[]",))
    except ValueError as error:
        raise _invalid(text) from error


def _item_type(hint: Any) -> Any:
    for member in members_of(hint):
        if get_origin(member) is list:
            return get_args(member)[0]
    return hint


def _invalid(text: str) -> ArgumentParsingError:
    return ArgumentParsingError(f"Invalid factory format: {text}, expected NAME or NAME(arguments)", text, {})
