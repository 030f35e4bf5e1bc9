"""Texts as lists, tuples, sets and dictionaries."""

from __future__ import annotations

import collections
import collections.abc as abc
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin

from nemo_run._types.shape import members_of
from nemo_run.cli._parse.errors import CollectionParseError, DictParseError, ListParseError, ParseError
from nemo_run.cli._parse.literals import evaluate, is_string, items_of, split

Read = Callable[[str, Any], Any]
"""Reads the text of an item as a type."""

_LISTS: Mapping[Any, Callable[[list[Any]], Any]] = {
    list: list,
    collections.deque: collections.deque,
    **dict.fromkeys((abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection, abc.Iterator), list),
}
_SETS: Mapping[Any, Callable[[list[Any]], Any]] = {
    set: set,
    frozenset: frozenset,
    abc.Set: set,
    abc.MutableSet: set,
}
_DICTS: Mapping[Any, Callable[[Mapping[Any, Any]], Any]] = {
    dict: dict,
    collections.OrderedDict: collections.OrderedDict,
    abc.Mapping: dict,
    abc.MutableMapping: dict,
}


def kind_of(hint: Any) -> str:
    """Return ``list``, ``tuple``, ``set``, ``dict`` or ``typed``; nothing for other types."""
    origin = get_origin(hint) or hint
    if origin is tuple:
        return "tuple"
    if typing.is_typeddict(origin):
        return "typed"
    for name, table in (("list", _LISTS), ("set", _SETS), ("dict", _DICTS)):
        if origin in table:
            return name
    return ""


def to_container(text: str, hint: Any, read: Read) -> Any:
    """Read a container whose kind ``kind_of`` knows; a new one each time."""
    return _READERS[kind_of(hint)](text, hint, read)


def item_hint(hint: Any, key: Any = None) -> Any:
    """Return the type of the items of a container; ``Any`` if nothing says it.

    Args:
        hint: Of the container; the first container in a union counts.
        key: Of the item; types of tuples and ``TypedDict`` differ by item.
    """
    for member in members_of(hint):
        kind, args = kind_of(member), get_args(member)
        if kind == "typed":
            fields = typing.get_type_hints(get_origin(member) or member, include_extras=True)
            return fields.get(key, Any)
        if kind == "tuple" and args and args[-1] is not Ellipsis:
            return args[key] if isinstance(key, int) and -len(args) <= key < len(args) else Any
        if kind and args:
            return args[1] if kind == "dict" else args[0]
    return Any


def key_hint(hint: Any) -> Any:
    """Return the type of the keys of a dictionary; ``Any`` if nothing says it."""
    for member in members_of(hint):
        kind, args = kind_of(member), get_args(member)
        if kind == "typed":
            return str
        if kind == "dict" and args:
            return args[0]
    return Any


def _to_list(text: str, hint: Any, read: Read) -> Any:
    try:
        items = items_of(text, ("[]",))
    except ValueError as error:
        raise ListParseError(text, hint, f"Invalid list: {error}") from None
    make = _LISTS[get_origin(hint) or hint]
    return make(_items(items, text, hint, read, ListParseError, "list"))


def _to_set(text: str, hint: Any, read: Read) -> Any:
    make = _SETS[get_origin(hint) or hint]
    if text.strip() == "set()":
        return make([])
    try:
        items = items_of(text, ("{}", "[]"))
        return make(_items(items, text, hint, read, CollectionParseError, "set"))
    except (TypeError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
        raise CollectionParseError(text, hint, f"Invalid set: {error}") from None


def _to_tuple(text: str, hint: Any, read: Read) -> Any:
    try:
        items = items_of(text, ("()", "[]"))
    except ValueError as error:
        raise CollectionParseError(text, hint, f"Invalid tuple: {error}") from None
    args = tuple(arg for arg in get_args(hint) if arg != ())  # Python 3.10 has one in tuple[()]
    is_fixed = hint not in (tuple, typing.Tuple) and args[-1:] != (...,)  # noqa: UP006
    if is_fixed and len(items) != len(args):
        reason = f"Invalid tuple: expected {len(args)} items, got {len(items)}"
        raise CollectionParseError(text, hint, reason)
    return tuple(_items(items, text, hint, read, CollectionParseError, "tuple"))


def _items(
    items: list[str], text: str, hint: Any, read: Read, kind: type[ParseError], name: str
) -> list[Any]:
    values: list[Any] = []
    for index, item in enumerate(items):
        try:
            values.append(_item(item, item_hint(hint, index), read))
        except ParseError as error:
            raise kind(text, hint, f"Invalid {name}: item {index}: {error.reason}") from error
    return values


def _item(text: str, hint: Any, read: Read) -> Any:
    """Read an item; one in quotes is a string, whose content is read if no string is wanted."""
    if not is_string(text) or get_origin(hint) is Literal:
        return read(text, hint)
    try:
        content = evaluate(text)
    except ValueError:
        return read(text, hint)
    return content if _takes_str(hint) else read(content, hint)


def _takes_str(hint: Any) -> bool:
    return any(member in (str, Any, object) for member in members_of(hint))


def _to_dict(text: str, hint: Any, read: Read) -> Any:
    keys = key_hint(hint)
    found: dict[Any, Any] = {}
    for key, value in _pairs(text, hint):
        try:
            found[_item(key, keys, read)] = _item(value, item_hint(hint, key), read)
        except (ParseError, TypeError) as error:
            reason = error.reason if isinstance(error, ParseError) else str(error)
            raise DictParseError(text, hint, f"Invalid dict: at {key}: {reason}") from error
    return _DICTS[get_origin(hint) or hint](found)


def _to_typed_dict(text: str, hint: Any, read: Read) -> Any:
    cls = get_origin(hint) or hint
    fields = typing.get_type_hints(cls, include_extras=True)
    found: dict[str, Any] = {}
    for written, value in _pairs(text, hint):
        key = _item(written, str, read)
        if key not in fields:
            raise DictParseError(text, hint, f"Invalid dict: no key {key!r}, expected {', '.join(fields)}")
        try:
            found[key] = _item(value, fields[key], read)
        except ParseError as error:
            raise DictParseError(text, hint, f"Invalid dict: at {key}: {error.reason}") from error
    missing = sorted(cls.__required_keys__ - found.keys())
    if missing:
        raise DictParseError(text, hint, f"Invalid dict: {', '.join(missing)} is missing")
    return found


def _pairs(text: str, hint: Any) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    try:
        for item in items_of(text, ("{}",)):
            parts = [part.strip() for part in split(item, ":", 1)]
            if len(parts) < 2 or "" in parts:
                raise ValueError(f"expected key: value, got {item!r}")
            pairs.append((parts[0], parts[1]))
    except ValueError as error:
        raise DictParseError(text, hint, f"Invalid dict: {error}") from None
    return pairs


_READERS: Mapping[str, Callable[[str, Any, Read], Any]] = {
    "list": _to_list,
    "set": _to_set,
    "tuple": _to_tuple,
    "dict": _to_dict,
    "typed": _to_typed_dict,
}
