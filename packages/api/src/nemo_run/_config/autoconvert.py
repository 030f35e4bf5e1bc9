"""``run.autoconvert``: functions that build objects, read as functions that configure them."""

from __future__ import annotations

import functools
import types
from typing import Any

import fiddle as fdl
from fiddle.experimental.auto_config import AutoConfig

from nemo_run._config.buildables import CONVERTER, Config, Partial
from nemo_run._config.rewriting import place_of, rewritten
from nemo_run.exceptions import InvalidConfigError


class NotConfiguredError(InvalidConfigError, TypeError):
    """The function did not return what can be configured."""


def converted(function: Any, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return what ``function`` would build as a configuration, all of it of our classes.

    Args:
        function: The original function.
        cls: What its result is cast to, ``Config`` or ``Partial``; None to keep what it is.
        args: Its positional arguments.
        kwargs: Its named arguments.

    Raises:
        NotConfiguredError: It returned nothing that is configured, or that in a tuple or dictionary.
        InvalidConfigError: The body has more in it than calls and assignments.
    """
    if isinstance(function, types.MethodType):
        return converted(function.__func__, cls, (function.__self__, *args), kwargs)
    if getattr(function, "__auto_config__", False) is True:  # converted already, perhaps to another class
        function = function.wrapped
    result = rewritten(function, _configure)(*args, **kwargs)
    if isinstance(result, list) and result:
        return [_adopted(item, cls, function) for item in result]
    return _adopted(result, cls, function)


def _adopted(value: Any, cls: Any, function: Any) -> Any:
    if not isinstance(value, fdl.Buildable):
        raise NotConfiguredError(
            f"Expected buildable to be a config.Buildable, got {value!r}: {place_of(function)} must return "
            "an object that it makes, or a run.Config, or a list of those"
        )
    ours = CONVERTER.adopt(value)
    return ours if cls is None or type(ours) is cls else fdl.cast(cls, ours)


def _configure(target: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Stand in for a call in the body of a function."""
    if isinstance(target, AutoConfig) and target.always_inline:
        return target.as_buildable(*args, **kwargs)
    if target is functools.partial:
        return _partial(*args, **kwargs)
    return target(*args, **kwargs) if _is_called(target) else Config(target, *args, **kwargs)


def _partial(target: Any, /, *args: Any, **kwargs: Any) -> Any:
    if not isinstance(target, fdl.Buildable):
        return Partial(target, *args, **kwargs)
    if args:
        raise NotConfiguredError("functools.partial of something configured takes named arguments only")
    return fdl.copy_with(fdl.cast(Partial, target), **kwargs)


def _is_called(target: Any) -> bool:
    """Whether a call is made as it stands: configurations, other converted functions, methods of values."""
    if isinstance(target, type) and issubclass(target, fdl.Buildable):
        return True
    if getattr(target, "__auto_config__", False) is True or _is_fiddles(target):
        return True
    owner = getattr(target, "__self__", None)
    return owner is not None and not isinstance(owner, (type, types.ModuleType))


def _is_fiddles(target: Any) -> bool:
    return str(getattr(target, "__module__", "")).startswith("fiddle.")
