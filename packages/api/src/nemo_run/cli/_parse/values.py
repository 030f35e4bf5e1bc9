"""What configurations hold, defaults included."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from typing import Any

import fiddle as fdl

from nemo_run._config.graph import copy_graph
from nemo_run._types.hints import MISSING

_SAFE = (str, int, float, bool, bytes, complex, type(None), type)


def own_copy(value: Any) -> Any:
    """Return a copy that shares nothing that can change with ``value``, as far as it can be copied."""
    if isinstance(value, _SAFE) or (callable(value) and not isinstance(value, fdl.Buildable)):
        return value
    try:
        if isinstance(value, (fdl.Buildable, list, tuple, dict)):
            return copy_graph(value, {})
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - users' objects may refuse; then there is only this one
        return value


def key_for(config: fdl.Buildable[Any], name: str) -> str | int:
    """Return under what a configuration keeps a parameter: positional-only ones have a number."""
    if name in config.__arguments__:
        return name
    parameters = config.__signature_info__.parameters
    parameter = parameters.get(name)
    if parameter is not None and parameter.kind is parameter.POSITIONAL_ONLY:
        return list(parameters).index(name)
    return name


def is_set(config: fdl.Buildable[Any], name: str) -> bool:
    """Whether a parameter was given a value."""
    return key_for(config, name) in config.__arguments__


def value_or_default(config: fdl.Buildable[Any], name: str) -> Any:
    """Return the value of a parameter, or a copy of its default; ``Parameter.empty`` for neither."""
    key = key_for(config, name)
    if key in config.__arguments__:
        return config.__arguments__[key]
    return own_copy(default_of(config.__fn_or_cls__, config.__signature_info__.parameters.get(name)))


def default_of(target: Any, parameter: inspect.Parameter | None) -> Any:
    """Return the default of a parameter; a new object if a field has a factory for it."""
    if parameter is None:
        return MISSING
    field = getattr(target, "__dataclass_fields__", {}).get(parameter.name)
    if field is not None and field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return parameter.default


def set_value(config: fdl.Buildable[Any], name: str, value: Any) -> None:
    """Give a parameter a value."""
    key = key_for(config, name)
    if isinstance(key, int):
        config[key] = value
    else:
        setattr(config, name, value)
