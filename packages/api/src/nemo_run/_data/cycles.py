"""Data that contains itself."""

from __future__ import annotations

from typing import Any

from nemo_run._data.errors import DataError


def refuse_cycles(root: Any) -> None:
    """Raise ``InvalidConfigError`` when something contains itself."""
    inside: set[int] = set()
    done: set[int] = set()
    todo: list[tuple[Any, bool]] = [(root, False)]
    while todo:
        value, is_finished = todo.pop()
        if is_finished:
            inside.discard(id(value))
            done.add(id(value))
        elif id(value) in inside:
            raise DataError("the configuration contains itself")
        elif isinstance(value, (dict, list)) and id(value) not in done:
            inside.add(id(value))
            todo.append((value, True))
            todo.extend((part, False) for part in (value.values() if isinstance(value, dict) else value))
