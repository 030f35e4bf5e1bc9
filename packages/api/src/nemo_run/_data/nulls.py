"""What is lost where a format has no null, as TOML."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from nemo_run._data.arguments import default_of, parameters_of
from nemo_run._data.document import Where, name_of, path_of
from nemo_run._data.errors import DataError
from nemo_run._data.forms import TARGET
from nemo_run._data.targets import find_target
from nemo_run._data.unset import filled_in


def find_lost_null(data: Any, *, imports: bool) -> str:
    """Return the path of a None that would not come back if it was left out; an empty text if there is none.

    An argument that is None by default comes back, unless it is configured by itself when left out.

    Args:
        data: What ``to_data`` returns.
        imports: Look at the defaults of what the data names; otherwise every None is lost.
    """
    default = functools.cache(_default) if imports else _unknown
    seen: set[int] = set()
    todo: list[tuple[Any, Where]] = [(data, None)]
    while todo:
        value, where = todo.pop()
        if not isinstance(value, (Mapping, list)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Mapping) and (lost := _lost_in(value, default)) is not None:
            return name_of(path_of((where, lost)))
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        todo += [(part, (where, key)) for key, part in items]
    return ""


def refuse_lost_null(data: Any) -> None:
    """Raise ``InvalidConfigError`` for a None that TOML would turn into something else."""
    if lost := find_lost_null(data, imports=True):
        raise DataError(f"{lost} is None, and TOML has no null; use YAML or JSON")


def _lost_in(mapping: Mapping[Any, Any], default: Callable[[Any, Any], Any]) -> Any:
    """Return the key of an entry that is None and would not be so without being written."""
    target = mapping.get(TARGET)
    nulls = [key for key, value in mapping.items() if value is None]
    return next((key for key in nulls if target is None or default(target, key) is not None), None)


def _default(target: str, key: Any) -> Any:
    try:
        found = find_target(target)
    except DataError:
        return _unknown
    if key in filled_in(found):
        return _unknown
    if isinstance(key, int):  # positional-only
        key = [*(parameters_of(found) or {}), *[""] * (key + 1)][key]
    return default_of(found, key)


def _unknown(target: Any, key: Any) -> Any:
    """Stand in for a default that nobody knows."""
    return target, key
