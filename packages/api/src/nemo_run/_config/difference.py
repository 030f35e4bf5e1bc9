"""What changed between two configurations, as text."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any

import fiddle as fdl

from nemo_run._config.graph import MISSING, value_or_default
from nemo_run._plain_repr import masked_repr

_FACTORY = getattr(dataclasses, "_HAS_DEFAULT_FACTORY", MISSING)  # its value is not there before it is built
_Pair = tuple[str, Any, Any]


def diff_text(old: Any, new: Any) -> str:
    """Return one line per change, ordered by where it is in the tree; empty if there is none.

    ``path: 1 -> 2`` is a changed value, ``+ path = 2`` and ``- path = 1`` are added and removed ones,
    ``path: Config[A] -> Config[B]`` is a changed target, whose arguments follow if they differ. An
    argument that is not set counts as its default. What is shared is looked at once.
    """
    return "\n".join(_Difference().lines(old, new))


class _Difference:
    def __init__(self) -> None:
        self._partners: dict[int, tuple[Any, str]] = {}
        self._seen: set[tuple[int, int]] = set()
        self._reverse: dict[int, tuple[Any, str]] = {}

    def lines(self, old: Any, new: Any) -> Iterator[str]:
        """Yield the lines, parents first; depth does not matter."""
        todo: list[_Pair] = [("", old, new)]
        while todo:
            path, one, other = todo.pop()
            if one is MISSING or other is MISSING:
                sign, value = ("+", other) if one is MISSING else ("-", one)
                yield f"{sign} {path} = {_shown(value, path)}"
            elif isinstance(one, fdl.Buildable) and isinstance(other, fdl.Buildable):
                yield from self._configs(path, one, other)
                todo.extend(self._new(one, other, _arguments(path, one, other)))
            elif (pairs := _items(path, one, other)) is not None:
                todo.extend(self._new(one, other, pairs))
            elif not _same(one, other):
                yield f"{path or '<root>'}: {_shown(one, path)} -> {_shown(other, path)}"

    def _new(self, one: Any, other: Any, pairs: Iterable[_Pair]) -> list[_Pair]:
        """Return what two values hold, last first, unless they were compared before."""
        key = id(one), id(other)
        if one is other or key in self._seen:
            return []
        self._seen.add(key)
        return list(pairs)[::-1]

    def _configs(self, path: str, one: Any, other: Any) -> Iterator[str]:
        """Yield what two configurations have different besides their arguments."""
        partner, place = self._partners.setdefault(id(one), (other, path))
        owner, second = self._reverse.setdefault(id(other), (one, path))
        if partner is not other:
            yield f"{path}: no longer the same object as {place or '<root>'}"
        if owner is not one:
            yield f"{path}: now the same object as {second or '<root>'}"
        if _title(one) != _title(other):
            yield f"{path or '<root>'}: {_title(one)} -> {_title(other)}"


def _arguments(path: str, one: Any, other: Any) -> Iterator[_Pair]:
    names = {**one.__arguments__, **other.__arguments__}
    declared = [name for name in other.__signature_info__.parameters if name in names]
    for name in dict.fromkeys([*declared, *names]):
        place = f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}" if path else name
        yield place, _value(one, name), _value(other, name)


def _value(config: Any, name: str | int) -> Any:
    value = value_or_default(config, name)
    return MISSING if value is _FACTORY else value


def _items(path: str, one: Any, other: Any) -> list[_Pair] | None:
    """Return what two lists, tuples or dictionaries hold at equal places; None for anything else."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys: Any = {**one, **other}
        return [(f"{path}[{key!r}]", one.get(key, MISSING), other.get(key, MISSING)) for key in keys]
    if not isinstance(one, (list, tuple)) or type(one) is not type(other):
        return None
    sides = [dict(enumerate(side)) for side in (one, other)]
    longest = max(len(one), len(other))
    return [(f"{path}[{i}]", sides[0].get(i, MISSING), sides[1].get(i, MISSING)) for i in range(longest)]


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:  # noqa: BLE001 - arrays compare to arrays; then only the same one is equal
        return False


def _title(config: Any) -> str:
    target = config.__fn_or_cls__
    name = f"{getattr(target, '__module__', '')}.{getattr(target, '__qualname__', repr(target))}"
    return f"{type(config).__name__}[{name}]"


def _shown(value: Any, path: str) -> str:
    name = re.split(r"\W+", path.rstrip("]'"))[-1]
    text = re.sub(r"([(\[{])\n\s*", r"\1", masked_repr(value, name))
    return re.sub(r"\s*\n\s*", " ", text)
