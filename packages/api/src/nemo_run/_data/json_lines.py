"""Where the entries of a JSON text stand: ``json`` tells that of mistakes in the notation only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from nemo_run._data.document import Mark, Marks

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class _Entry(NamedTuple):
    """A key of an object or an item of a list; ``depth`` is the number of containers around it, less one."""

    depth: int
    key: Any
    line: int


def marks_of(text: str, data: Any) -> dict[int, Marks]:
    """Return the marks of a document; see ``Document``."""
    marks: dict[int, Marks] = {}
    around: list[Any] = [data]
    for depth, key, line in _entries(text):
        del around[depth + 1 :]
        known = marks.setdefault(id(around[depth]), Marks())
        known.owner = around[depth]
        known[key] = Mark(line)
        around.append(around[depth][key])
    return marks


def find_double(text: str) -> tuple[str, int, int] | None:
    """Return a key that an object has twice, and the lines of both; None if there is none."""
    seen: list[dict[Any, int]] = []
    for depth, key, line in _entries(text):
        del seen[depth + 1 :]
        if depth == len(seen):
            seen.append({})
        if isinstance(key, str) and key in seen[depth]:
            return key, seen[depth][key], line
        seen[depth][key] = line
    return None


def _entries(text: str) -> Iterator[_Entry]:
    """Yield the entries of a text that is JSON, in order."""
    keys: list[Any] = []  # of the entries we are in; None where a key comes next
    kinds: list[str] = []
    line, last = 1, 0
    for found in _TOKEN.finditer(text):
        line, last, token = line + text.count("\n", last, found.start()), found.start(), found[0]
        if token in "}]":
            kinds.pop()
            keys.pop()
        elif token == ",":
            before = keys.pop()
            keys.append(None if kinds[-1] == "{" else before + 1)
        elif kinds and kinds[-1] == "{" and keys[-1] is None:
            keys[-1] = json.loads(token)
            yield _Entry(len(keys) - 1, keys[-1], line)
        elif token != ":":
            if kinds and kinds[-1] == "[":
                yield _Entry(len(keys) - 1, keys[-1], line)
            if token in "{[":
                kinds.append(token)
                keys.append(None if token == "{" else 0)
