"""Data of YAML -> data of JSON and TOML."""

from __future__ import annotations

import datetime
import json
from typing import Any

from nemo_run._data.document import MAX_DEPTH, Where, name_of, path_of, short
from nemo_run._data.errors import DataError, unwritable
from nemo_run._data.forms import TARGET, as_form, has_form, pairs_form
from nemo_run._data.size import MOST, is_too_big

_TOO_MUCH = f"more than {MOST} values once shared parts are written out; YAML keeps them shared"
_TIMES = (datetime.datetime, datetime.date, datetime.time)


def portable(data: Any, *, without_none: bool = False, raw: bool = False) -> Any:
    """Return data made of mappings with text keys, lists, text, numbers, booleans and None.

    What else there is gets the form that is read as what it was, unless the data is no configuration:
    then keys become text as in Python's ``json``, dates become text and sets become lists.

    Args:
        data: Data as YAML has it.
        without_none: For TOML: drop entries that are None, and keep dates and times.
        raw: The data is no configuration, save for mappings with ``_target_`` and what is in them.

    Raises:
        InvalidConfigError: None inside a list where that cannot be, or far too much.
        PackagingError: A value that is not data.
    """
    if is_too_big(data):
        raise DataError(_TOO_MUCH)
    return _Rewriter(without_none=without_none).run(data, raw=raw)


class _Rewriter:
    def __init__(self, *, without_none: bool) -> None:
        self._without_none = without_none
        self._kept = _TIMES if without_none else ()
        self._todo: list[tuple[Any, Any, Any, Where, int, bool]] = []
        self._count = 0

    def run(self, data: Any, *, raw: bool) -> Any:
        top: list[Any] = [None]
        self._todo.append((top, 0, data, None, 0, raw))
        while self._todo:
            holder, key, value, where, depth, raw = self._todo.pop()
            self._count += 1
            if self._count > MOST or depth > MAX_DEPTH:
                raise DataError(self._too_much(depth))
            holder[key] = self._value(value, where, depth, raw)
        return top[0]

    def _too_much(self, depth: int) -> str:
        if depth > MAX_DEPTH:
            return f"nested more than {MAX_DEPTH} levels deep"
        return _TOO_MUCH

    def _value(self, value: Any, where: Where, depth: int, raw: bool) -> Any:
        cls = type(value)
        if isinstance(value, dict):
            return self._mapping(value, where, depth, raw and TARGET not in value)
        if isinstance(value, (list, tuple)):
            return self._list(value, where, depth, raw)
        if value is None or cls in (str, int, float, bool) or isinstance(value, self._kept):
            return value
        if isinstance(value, str):
            return "".join(value)
        if raw and isinstance(value, _TIMES):
            return value.isoformat()
        if raw and isinstance(value, (set, frozenset)):
            return self._list(_in_order(value), where, depth, raw)
        if has_form(cls) and not raw:
            return self._value(as_form(value), where, depth, raw)
        raise unwritable(f"a file cannot hold {short(value)} of type {cls.__name__} ({_at(where)})")

    def _mapping(self, value: dict[Any, Any], where: Where, depth: int, raw: bool) -> Any:
        names = _texts(value, where) if raw else _names(value)
        if names is None:
            return self._mapping(pairs_form(value.items()), where, depth, raw)
        kept = {n: v for n, v in names.items() if not (v is None and self._without_none)}
        new: dict[str, Any] = dict.fromkeys(sorted(kept))
        self._todo.extend((new, name, item, (where, name), depth + 1, raw) for name, item in kept.items())
        return new

    def _list(self, value: Any, where: Where, depth: int, raw: bool) -> list[Any]:
        places = [i for i, item in enumerate(value) if item is None] if self._without_none else []
        if places:
            path = name_of(path_of((where, places[0])))
            raise DataError(f"TOML has no None inside lists (at {path}); use YAML or JSON")
        new = [None] * len(value)
        self._todo.extend((new, i, item, (where, i), depth + 1, raw) for i, item in enumerate(value))
        return new


def _texts(mapping: dict[Any, Any], where: Where) -> dict[str, Any]:
    """Return a mapping with the keys that Python's ``json`` makes of them."""
    new: dict[str, Any] = {}
    for key, value in mapping.items():
        if not isinstance(key, (str, int, float, *_TIMES)) and key is not None:
            raise unwritable(f"a file cannot hold the key {short(key)}, no text or number ({_at(where)})")
        name = _text_of(key)
        if name in new:
            raise unwritable(f"there are two keys {name!r} once keys are text ({_at(where)})")
        new[name] = value
    return new


def _text_of(key: Any) -> str:
    if isinstance(key, _TIMES):
        return key.isoformat()
    return "".join(key) if isinstance(key, str) else str(json.dumps(key))


def _in_order(items: Any) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        return list(items)


def _at(where: Where) -> str:
    return f"at {name_of(path_of(where)) or 'the top'}"


def _names(mapping: dict[Any, Any]) -> dict[str, Any] | None:
    """Return a mapping with text keys, or None where that would change what it means."""
    if all(type(key) is str for key in mapping):
        return mapping
    if TARGET not in mapping or not all(isinstance(key, (str, int)) for key in mapping):
        return None
    return {str(key): value for key, value in mapping.items()}  # positional arguments
