"""Parameters whose default is a configuration: the function must not get the configuration itself."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Iterable
from typing import Any

import fiddle as fdl

from nemo_run._config.graph import children_of
from nemo_run._types.remember import remembered
from nemo_run.cli._lazy.copying import PLAIN, is_buildable

_KNOWN: weakref.WeakKeyDictionary[Any, tuple[tuple[str, Any], ...]] = weakref.WeakKeyDictionary()


def fill(root: Any) -> None:
    """Put copies of such defaults into a tree, where nothing else was set; then they are built with it."""
    todo, seen = [root], {id(root)}
    known: dict[int, Any] = {}  # of this tree: quicker than asking for each configuration
    while todo:
        for part in _parts_of(todo.pop(), known):
            if type(part) not in PLAIN and id(part) not in seen:
                seen.add(id(part))
                todo.append(part)


def _parts_of(value: Any, known: dict[int, Any]) -> Iterable[Any]:
    """Return what a value holds, its defaults put in."""
    if not is_buildable(value):
        return children_of(value)
    target = id(value.__fn_or_cls__)
    if target not in known:
        known[target] = _configured_defaults(value)
    if known[target]:
        _fill(value, known[target])
    return value.__arguments__.values()


def _fill(config: Any, defaults: Iterable[tuple[str, Any]]) -> None:
    for name, default in defaults:
        if name not in config.__arguments__:
            config._arguments_set_value(name, copy.deepcopy(default))


def _configured_defaults(config: Any) -> tuple[tuple[str, Any], ...]:
    return remembered(_KNOWN, config.__fn_or_cls__, lambda _: _find(config))


def _find(config: Any) -> tuple[tuple[str, Any], ...]:
    parameters = config.__signature_info__.parameters.values()
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return tuple((p.name, p.default) for p in named if _holds_config(p.default))


def _holds_config(default: Any) -> bool:
    todo, seen = [default], set()
    while todo:
        value = todo.pop()
        if isinstance(value, fdl.Buildable):
            return True
        if id(value) not in seen:
            seen.add(id(value))
            todo.extend(children_of(value))
    return False
