"""Putting the tables of profiles on top of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TYPE = "type"


class Replacement(dict[str, Any]):
    """A table that stands instead of whatever it is put upon."""


def merged(below: Any, above: Any) -> Any:
    """Return ``above`` put upon ``below``; neither is changed.

    Tables are merged key by key, everything else is replaced. A table of another ``type`` replaces.
    A text stands for a table with only that ``type``. It does not matter which of three values are
    merged first, as long as tables that meet are of one ``type``.
    """
    if not isinstance(above, Mapping) or isinstance(above, Replacement):
        return above
    if isinstance(below, str):
        below = Replacement({TYPE: below})
    if not isinstance(below, Mapping) or _differ(below, above):
        return Replacement(above)
    table = {key: merged(below[key], above[key]) if key in below else above[key] for key in above}
    whole = {**below, **table}
    return Replacement(whole) if isinstance(below, Replacement) else whole


def _differ(below: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    return TYPE in above and TYPE in below and above[TYPE] != below[TYPE]


def without(table: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Return a table that lacks what is at ``path``.

    Raises:
        KeyError: There is nothing.
    """
    key, *rest = path
    found = table[key]
    if not rest:
        return {name: value for name, value in table.items() if name != key}
    if not isinstance(found, Mapping):
        raise KeyError(key)
    return {**table, key: without(found, rest)}


def plain(value: Any) -> Any:
    """Return a copy of what was merged that shares no table or list with it."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def united(lists: Iterable[Sequence[str]]) -> list[str]:
    """Return the items of all lists, each once, in the order they came up."""
    return [*dict.fromkeys(item for items in lists for item in items)]
