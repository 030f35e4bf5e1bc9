"""Functions and classes themselves as values, and factories that make functions."""

from __future__ import annotations

import collections.abc
from typing import Any, TypeVar, get_args, get_origin

from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import MISSING
from nemo_run._types.shape import config_class_of, is_class, is_partial, members_of
from nemo_run.cli._parse.calls import Call, Spot, call_factory, parse_call
from nemo_run.cli._parse.dotted import LoadingError, named_object
from nemo_run.cli._parse.errors import ParseError
from nemo_run.cli._parse.fitting import result_of
from nemo_run.cli._parse.literals import without_double_quotes


def wants_object(hint: Any) -> bool:
    """Whether a type asks for a function or class itself."""
    return wants_function(hint) or any((get_origin(member) or member) is type for member in members_of(hint))


def wants_function(hint: Any) -> bool:
    """Whether a type asks for something that can be called."""
    return any((get_origin(member) or member) is collections.abc.Callable for member in members_of(hint))


def to_object(text: str, hint: Any) -> Any:
    """Return the function or class that a name stands for; it is not called."""
    name = without_double_quotes(text).strip()
    try:
        found = named_object(name)
    except (LookupError, LoadingError) as error:
        call = parse_call(name)
        way_out = (
            f"; only factories are called here, write {call.name} for that itself"
            if "(" in name and call
            else ""
        )
        raise ParseError(text, hint, f"{error}{way_out}") from error
    if (get_origin(hint) or hint) is type:
        _check_class(found, text, hint)
    if not callable(found):
        raise ParseError(text, hint, f"{name} is not callable")
    return found


def made_function(call: Call, spot: Spot, read: Any) -> tuple[Any] | None:
    """Return in a tuple what a function makes that is marked as a factory, for a place that takes functions.

    Without brackets, a factory whose result cannot be called is the function itself.

    Raises:
        FactoryError: It failed.
    """
    try:
        found = named_object(call.name)
    except (LookupError, LoadingError):
        return None
    if getattr(found, "__factory__", False) is not True or not ("(" in call.text or _makes_function(found)):
        return None
    return (call_factory(found, call, spot, read),)


def _makes_function(factory: Any) -> bool:
    """Whether what a factory makes can be called, as far as it says."""
    result = result_of(factory)
    made: Any = None if result is MISSING else config_class_of(result)
    return is_partial(result) or not is_class(made) or any("__call__" in vars(base) for base in made.__mro__)


def _check_class(found: Any, text: str, hint: Any) -> None:
    """Refuse what ``type[Base]`` does not allow."""
    if not isinstance(found, type):
        raise ParseError(text, hint, f"{text} is no class")
    bases = [base for part in get_args(hint) for base in members_of(part)]
    if bases and not any(_may_be_below(found, base) for base in bases):
        names = " or ".join(class_to_str(base) for base in bases)
        raise ParseError(text, hint, f"{text} is no subclass of {names}")


def _may_be_below(cls: type, base: Any) -> bool:
    if isinstance(base, TypeVar):
        bounds = base.__constraints__ or members_of(base.__bound__ or object)
        return any(_may_be_below(cls, bound) for bound in bounds)
    base = get_origin(base) or base
    try:
        return not is_class(base) or issubclass(cls, base)
    except TypeError:  # a protocol that cannot be checked
        return True
