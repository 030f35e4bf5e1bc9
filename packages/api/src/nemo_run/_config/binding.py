"""Parameters that get a configuration by themselves: ``OptionalDefaultConfig`` and its like."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import Annotated, Any, get_origin

import fiddle as fdl
from fiddle._src import signatures

from nemo_run._suggest import did_you_mean
from nemo_run._types.hints import evaluate
from nemo_run._types.remember import remembered
from nemo_run._types.shape import allows_none, members_of, without_alias
from nemo_run.exceptions import InvalidConfigError

_Expansions = dict[str, tuple[type, Any]]
"""Parameter -> the configuration class to use and what it configures."""

_KNOWN: weakref.WeakKeyDictionary[Any, _Expansions] = weakref.WeakKeyDictionary()


class BindingError(InvalidConfigError, TypeError):
    """Arguments do not fit what is configured; also a ``TypeError``, as fiddle's is."""


def explained(error: TypeError, target: Any, kwargs: dict[str, Any]) -> BindingError:
    """Return fiddle's refusal of arguments with the name that may have been meant."""
    if isinstance(error, BindingError):
        return error
    message = str(error)
    unknown = [name for name in kwargs if message.endswith(f"unexpected keyword argument {name!r}")]
    if unknown:
        known = signatures.get_signature(target).parameters
        meant = did_you_mean(unknown[0], known)
        message += f".{meant}" if meant else f"; valid parameter names: {', '.join(known)}"
    return BindingError(message)


def fill_defaults(
    target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], make: Callable[[type, Any], Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments with a configuration where one was left out or given as None.

    A positional-only parameter that was left out is filled in if everything before it is known.

    Args:
        target: What is configured.
        args: Positional arguments.
        kwargs: Named arguments.
        make: Configuration class, what to configure -> configuration.

    Raises:
        BindingError: A default cannot be configured; names the parameter.
    """
    expansions = _expansions(target)
    if not expansions:
        return args, kwargs
    names = _positional_names(target)
    args_list, filled = [*args, *_values_before(expansions, target, len(args))], dict(kwargs)
    for name, (cls, default) in expansions.items():
        place = names.index(name) if name in names else len(args_list)
        if place < len(args_list):
            if args_list[place] is None:
                args_list[place] = _make(make, cls, default, target, name)
        elif filled.get(name) is None and not _is_only_placed(target, name):
            filled[name] = _make(make, cls, default, target, name)
    return tuple(args_list), filled


def _values_before(expansions: _Expansions, target: Any, given: int) -> list[Any]:
    """Return defaults of positional-only parameters behind the given ones, up to the last expansion."""
    parameters = signatures.get_signature(target).parameters.values()
    values: list[Any] = []
    length = 0
    for parameter in [p for p in parameters if p.kind is p.POSITIONAL_ONLY][given:]:
        if parameter.default is parameter.empty and parameter.name not in expansions:
            break
        values.append(None if parameter.name in expansions else parameter.default)
        length = len(values) if parameter.name in expansions else length
    return values[:length]


def _is_only_placed(target: Any, name: str) -> bool:
    parameter = signatures.get_signature(target).parameters[name]
    return parameter.kind is parameter.POSITIONAL_ONLY


def _make(make: Callable[[type, Any], Any], cls: type, default: Any, target: Any, name: str) -> Any:
    try:
        return make(cls, default)
    except (TypeError, ValueError) as error:
        raise BindingError(
            f"cannot configure the default of parameter {name!r} of {target}: {error}"
        ) from error


def _positional_names(target: Any) -> list[str]:
    parameters = signatures.get_signature(target).parameters.values()
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _expansions(target: Any) -> _Expansions:
    return remembered(_KNOWN, target, _find_expansions)


def _find_expansions(target: Any) -> _Expansions:
    try:
        parameters = signatures.get_signature(target).parameters.values()
    except (TypeError, ValueError):
        return {}
    found: _Expansions = {}
    for parameter in parameters:
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            expansion = _read(_annotation(target, parameter))
            if expansion is not None:
                found[parameter.name] = expansion
    return found


def _annotation(target: Any, parameter: inspect.Parameter) -> Any:
    """Return an annotation, evaluated if it was stored as text.

    What a module imports for type checkers is imported only where the text looks like a default: the
    first configuration of a class must not load the libraries that its other annotations name.
    """
    text = str(parameter.annotation)
    return evaluate(target, parameter.name, parameter.annotation, late="Config" in text or "Partial" in text)


def _read(annotation: Any) -> tuple[type, Any] | None:
    """Understand ``Annotated[Optional[T], Config[...]]``, and ``type X = ...`` for it."""
    annotation = without_alias(annotation)
    if get_origin(annotation) is not Annotated:
        return None
    kind = get_origin(annotation.__metadata__[0])
    others = [member for member in members_of(annotation) if member is not type(None)]
    if not allows_none(annotation) or len(others) != 1:
        return None
    if not isinstance(kind, type) or not issubclass(kind, (fdl.Config, fdl.Partial)):
        return None
    return kind, others[0]
