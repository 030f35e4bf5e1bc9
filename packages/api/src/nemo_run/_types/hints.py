"""Signatures of callables, and the annotations of their parameters."""

from __future__ import annotations

import inspect
import types
import typing
import weakref
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from nemo_run._types.annotations import Unresolved as Unresolved
from nemo_run._types.annotations import evaluate as evaluate
from nemo_run._types.remember import remember, remembered

MISSING: Any = inspect.Parameter.empty
_SIGNATURES: weakref.WeakKeyDictionary[Any, inspect.Signature] = weakref.WeakKeyDictionary()
_HINTS: weakref.WeakKeyDictionary[Any, Mapping[str, Any]] = weakref.WeakKeyDictionary()


def signature_of(target: Any) -> inspect.Signature:
    """Return the signature of a callable; that of a generic alias is its class's.

    Raises:
        TypeError: Not callable.
        ValueError: A builtin that tells nobody its parameters.
    """
    return remembered(_SIGNATURES, target, _find_signature)


def hints_of(target: Any) -> Mapping[str, Any]:
    """Return parameter -> annotation, evaluated where it was stored as text.

    Extras (``Annotated``) are kept, parameters without annotation are absent, and what cannot be
    evaluated is an ``Unresolved``; it is tried anew each time, because names may be defined later.

    Raises:
        TypeError: Not callable.
        ValueError: A builtin that tells nobody its parameters.
    """
    try:
        return _HINTS[target]
    except (KeyError, TypeError):
        pass
    parameters = signature_of(target).parameters.values()
    found = {
        p.name: evaluate(target, p.name, p.annotation) for p in parameters if p.annotation is not p.empty
    }
    hints = types.MappingProxyType(found)
    if not any(isinstance(hint, Unresolved) for hint in found.values()):
        remember(_HINTS, target, hints)
    return hints


def hint_for(target: Any, name: str) -> Any:
    """Return the annotation of one argument; for a name without parameter that of ``**kwargs``.

    ``inspect.Parameter.empty`` if there is none.
    """
    parameters = signature_of(target).parameters
    hints = hints_of(target)
    if name in parameters:
        return hints.get(name, MISSING)
    for parameter in reversed(list(parameters.values())):  # **kwargs comes last
        if parameter.kind is parameter.VAR_KEYWORD:
            return _keyword_hint(hints.get(parameter.name, MISSING), name)
    return MISSING


def return_hint(target: Any) -> Any:
    """Return the annotation of what a callable returns, evaluated; see ``hints_of``."""
    return evaluate(target, "return", signature_of(target).return_annotation)


def _find_signature(target: Any) -> inspect.Signature:
    origin = get_origin(target)
    target = target if origin is None else origin
    try:
        return inspect.signature(target)
    except ValueError:
        if isinstance(target, type) and callable(getattr(target, "__call__", None)):  # noqa: B004 - of instances
            return inspect.signature(target.__call__)  # what fiddle takes for ``dict`` and its like
        raise


def _keyword_hint(hint: Any, name: str) -> Any:
    """Return the annotation of one of ``**kwargs``; ``Unpack[SomeTypedDict]`` has one for each."""
    if getattr(get_origin(hint), "_name", getattr(get_origin(hint), "__name__", "")) != "Unpack":
        return hint
    fields = typing.get_type_hints(get_args(hint)[0], include_extras=True)
    return fields.get(name, MISSING)
