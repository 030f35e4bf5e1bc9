"""Keys of data -> arguments of a callable."""

from __future__ import annotations

import dataclasses
import inspect
import re
import warnings
from collections.abc import Mapping
from typing import Any

from nemo_run._data.errors import UnknownFieldWarning
from nemo_run._data.forms import OPERATORS
from nemo_run._suggest import did_you_mean, listed
from nemo_run._types.hints import hint_for, signature_of
from nemo_run.cli._parse.errors import ArgumentValueError

_STEP = re.compile(r"[.\[]")
_NONE = inspect.Parameter.empty


def split_operator(key: Any) -> tuple[Any, str]:
    """Return ``width`` and ``*=`` of ``width*=``; ``=`` where the key has no operator."""
    if isinstance(key, str) and key.endswith(OPERATORS):
        return key[:-2].rstrip(), key[-2:]
    return key, "="


def leads_inside(target: Any, key: Any) -> bool:
    """Whether a key such as ``net.layers[0].width`` starts at a parameter of ``target``."""
    if target is dict or not isinstance(key, str) or (found := _STEP.search(key)) is None:
        return False
    parameters = parameters_of(target) or {}
    return key[: found.start()] in parameters and key not in parameters


def argument_of(target: Any, key: Any) -> str | int:
    """Return under which name or number a configuration of ``target`` keeps the argument ``key``.

    Args:
        target: What is configured.
        key: A parameter, or a place counted from 0, which may also be a text of digits.

    Raises:
        InvalidConfigError: There is no such parameter; names one that is meant, if any is close.
    """
    parameters = parameters_of(target)
    if target is not dict and (type(key) is int or (isinstance(key, str) and key.isdecimal())):
        return _at_place(target, int(key), parameters)
    if not isinstance(key, str):
        message = f"{key!r} is no name of a parameter of {shown(target)}; put it in quotes if it is one"
        raise ArgumentValueError(message, str(key), {})
    parameter = None if parameters is None else parameters.get(key)
    if parameters is None or (parameter is None and _takes_any(parameters)):
        return key
    if parameter is None or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise ArgumentValueError(_unknown(target, key, parameters), key, {})
    if parameter.kind is parameter.POSITIONAL_ONLY:
        return list(parameters).index(key)
    return key


def hint_of(target: Any, argument: str | int) -> Any:
    """Return the annotation of an argument; ``inspect.Parameter.empty`` where there is none."""
    parameters = parameters_of(target)
    if parameters is None or target is dict:
        return _NONE
    if isinstance(argument, int):  # places beyond the last one belong to ``*args``
        names = [
            n for n, p in parameters.items() if p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD
        ]
        argument = names[min(argument, len(names) - 1)]
    try:
        return hint_for(target, argument)
    except (TypeError, ValueError):
        return _NONE


def default_of(target: Any, argument: str | int) -> Any:
    """Return the default of a parameter, made anew where a factory makes it; ``empty`` for none."""
    parameters = parameters_of(target)
    parameter = None if parameters is None else parameters.get(str(argument))
    if parameter is None:
        return _NONE
    field = getattr(target, "__dataclass_fields__", {}).get(argument)
    if field is not None and field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return parameter.default


def parameters_of(target: Any) -> Mapping[str, inspect.Parameter] | None:
    """Return the parameters of a callable; None where Python does not know them."""
    try:
        return signature_of(target).parameters
    except (TypeError, ValueError):
        return None


def takes(target: Any, name: str) -> bool:
    """Whether a callable has a named argument, be it by ``**kwargs``."""
    parameters = parameters_of(target)
    return parameters is None or name in parameters or _takes_any(parameters)


def warn_of_unknown_field(message: str) -> None:
    """Say once that a field of a saved object is left out."""
    warnings.warn(f"{message} It is left out.", UnknownFieldWarning, stacklevel=2)


def shown(target: Any) -> str:
    """Return what messages call a callable."""
    return str(getattr(target, "__qualname__", None) or repr(target))


def _takes_any(parameters: Mapping[str, inspect.Parameter]) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _at_place(target: Any, place: int, parameters: Mapping[str, inspect.Parameter] | None) -> str | int:
    if parameters is None or place < 0:
        return place
    in_order = list(parameters.values())
    several = next((i for i, p in enumerate(in_order) if p.kind is p.VAR_POSITIONAL), None)
    if several is not None and place >= several:
        return place
    if place < len(in_order):
        parameter = in_order[place]
        if parameter.kind is parameter.POSITIONAL_ONLY:
            return place
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            return parameter.name
    raise ArgumentValueError(f"{shown(target)} takes no positional argument {place}", str(place), {})


def _unknown(target: Any, key: str, parameters: Mapping[str, inspect.Parameter]) -> str:
    names = [n for n, p in parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    known = did_you_mean(_STEP.split(key)[0], names) or f" It has: {listed(names) or 'none'}."
    return f"No parameter named {key!r} exists for {shown(target)}.{known}"
