"""Required arguments that have no value."""

from __future__ import annotations

from typing import Any

import fiddle as fdl

from nemo_run._types.hints import MISSING, hint_for
from nemo_run.cli._parse.values import is_set


def missing_arguments(config: Any) -> list[tuple[str, Any]]:
    """Return path and annotation of all required arguments in a tree that have no value.

    A ``Partial`` inside the tree gets its arguments when it is called, so only what it holds counts.

    Args:
        config: A configuration, or a list, tuple or dictionary with some inside.
    """
    found: list[tuple[str, Any]] = []
    todo: list[tuple[str, Any]] = [("", config)]
    seen: set[int] = set()
    while todo:
        path, value = todo.pop()
        if not isinstance(value, (fdl.Buildable, list, tuple, dict)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, fdl.Buildable) and (value is config or not isinstance(value, fdl.Partial)):
            found.extend((_join(path, name), hint) for name, hint in _required(value))
        todo.extend(reversed(list(_children(path, value))))
    return found


def _required(config: fdl.Buildable[Any]) -> list[tuple[str, Any]]:
    return [
        (parameter.name, _hint(config, parameter.name))
        for parameter in config.__signature_info__.parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and not is_set(config, parameter.name)
    ]


def _hint(config: fdl.Buildable[Any], name: str) -> Any:
    try:
        return hint_for(config.__fn_or_cls__, name)
    except (TypeError, ValueError):
        return MISSING


def _children(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, fdl.Buildable):
        return [(_join(path, str(name)), child) for name, child in value.__arguments__.items()]
    if isinstance(value, dict):
        return [(f"{path}[{key!r}]", child) for key, child in value.items()]
    return [(f"{path}[{index}]", child) for index, child in enumerate(value)]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
