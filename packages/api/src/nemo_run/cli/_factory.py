"""Factories: functions that make configurations, to be named on the command line."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from nemo_run._registry import factories
from nemo_run._registry._factories import DEFAULT_NAME
from nemo_run._registry.constituents import coarse_namespace
from nemo_run._registry.errors import FactoryAnnotationError
from nemo_run._types.hints import Unresolved, return_hint
from nemo_run._types.shape import is_class
from nemo_run.cli._caller import frame_of_caller
from nemo_run.cli._names import name_of
from nemo_run_domain.errors import InvalidConfigError


@dataclass
class FactoryRegistration:
    """Where a factory is registered.

    Attributes:
        namespace: Of the type, function or parameter it is for.
        name: What users write.
    """

    namespace: str
    name: str


def factory(
    fn: Any = None,
    target: Any = None,
    *,
    target_arg: str | None = None,
    is_target_default: bool = False,
    name: str | None = None,
    namespace: str | None = None,
) -> Any:
    """Offer a function that makes a configuration under a name; a decorator with or without arguments.

    Without ``target`` and ``namespace`` the function says with its return annotation what it is for:
    ``run.Config[X]`` or ``run.Partial[X]``, or just ``X`` if it is autoconverted.

    Args:
        fn: The function. A class is offered as a factory of itself, and stays the class it is.
        target: Class or function for which it makes configurations.
        target_arg: Offer it only for the parameter of ``target`` with that name.
        is_target_default: Register it under the name ``default``, too.
        name: What users write; default the name of the function.
        namespace: Where to register it, instead of the namespace of the target.

    Returns:
        A function that does the same, with the original one as ``wrapped``.

    Raises:
        ValueError: ``target_arg`` without ``target``, or a return annotation of another kind.
        TypeError: No return annotation where one is needed.
    """
    if target_arg and target is None:
        raise InvalidConfigError("`target_arg` cannot be used without specifying a `target`.")

    def decorate(function: Any) -> Any:
        wrapper = _wrapper(function)
        register_factory(wrapper, target, target_arg, is_target_default, name or name_of(function), namespace)
        return function if isinstance(function, type) else wrapper

    return decorate if fn is None else decorate(fn)


def register_factory(
    fn: Any,
    target: Any = None,
    target_arg: str | None = None,
    is_target_default: bool = False,
    name: str | None = None,
    namespace: str | None = None,
) -> FactoryRegistration:
    """Register a function as it is and return where; for the arguments see ``factory``."""
    kind = target if target is not None or namespace else get_return_type(fn)
    place = namespace or coarse_namespace(kind)
    if target_arg and not namespace:
        place, kind = f"{place}.{target_arg}", None
    registration = FactoryRegistration(place, name or name_of(fn))
    factories.register(place, registration.name, fn, kind=None if namespace else kind)
    if is_target_default:
        factories.register(place, DEFAULT_NAME, fn, kind=None if namespace else kind)
    return registration


def is_factory(fn: Any) -> bool:
    """Whether a function came from ``factory``."""
    return getattr(fn, "__factory__", False) is True


def _wrapper(fn: Any) -> Any:
    call = _configure(fn) if isinstance(fn, type) else fn

    # What a class holds is of no use to a function.
    @functools.wraps(fn, updated=() if isinstance(fn, type) else functools.WRAPPER_UPDATES)
    def as_factory(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **kwargs)

    wrapper: Any = as_factory
    wrapper.wrapped = fn
    wrapper.__factory__ = True
    return wrapper


def _configure(cls: type) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        from nemo_run.config import Config

        return Config(cls, *args, **kwargs)

    return make


# -- what a function makes ------------------------------------------------------------------------


def get_return_type(fn: Any) -> Any:
    """Return what a factory makes a configuration of, from its return annotation.

    ``Config[X]`` and ``Partial[X]`` stand for ``X``; a class makes configurations of itself, and
    autoconverted functions may say ``X``.

    Raises:
        TypeError: No annotation, or one that cannot be evaluated.
        ValueError: Neither a ``Config`` nor a ``Partial``.
    """
    original = getattr(fn, "wrapped", fn)
    if isinstance(original, type):
        return original
    hint = _evaluated(fn, return_hint(fn))
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if _is_configuration(get_origin(hint)):
        return get_args(hint)[0]
    if getattr(fn, "__auto_config__", False) and not _is_configuration(hint):
        return hint
    raise InvalidConfigError(
        f"Factory function {fn.__name__!r} has a return type which is not a subclass of Config or Partial. "
        f"Annotate it as run.Config[X] or run.Partial[X] instead of {hint!r}, or pass target=X."
    )


def _evaluated(fn: Any, hint: Any) -> Any:
    """Return a return annotation as an object; names may be local to the function that decorates."""
    if hint is inspect.Signature.empty:
        raise FactoryAnnotationError(
            f"Missing return type annotation for function {fn.__name__!r}. "
            "Annotate it as run.Config[X] or run.Partial[X], or pass target=X."
        )
    if not isinstance(hint, Unresolved):
        return hint
    frame = frame_of_caller()
    try:
        return eval(hint.text, {**frame.f_globals, **frame.f_locals} if frame else {})  # as Python would have
    except Exception as error:
        raise FactoryAnnotationError(
            f"The return type annotation {hint.text!r} of function {fn.__name__!r} cannot be evaluated "
            f"({type(error).__name__}: {error}). Import what it names, or pass target=X."
        ) from error


def _is_configuration(kind: Any) -> bool:
    """Whether a class is a ``Config`` or ``Partial``; whoever has one has loaded fiddle."""
    fiddle = sys.modules.get("fiddle")
    return fiddle is not None and is_class(kind) and issubclass(kind, (fiddle.Config, fiddle.Partial))
