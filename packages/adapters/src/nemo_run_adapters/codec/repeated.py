"""Many values that differ in a few texts only, such as the jobs of an experiment.

What they have in common is encoded once; after that only the differences are put in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.codec.encoder import Encoder
from nemo_run_adapters.codec.wire import pack, render

_BLANK = re.compile(r'"\\u0000blank:(\w+)"')
_MOST = 8  # kinds of values that are remembered; a mixed experiment has a few


def blank(name: str) -> str:
    """Return what stands in a pattern where the value ``name`` belongs; no real text has a NUL."""
    return f"\0blank:{name}"


class Repeater:
    """Encodes values pattern by pattern; patterns must not change as long as it is used."""

    def __init__(self, *, aliases: Mapping[str, Any] | None = None, by_value: bool = False) -> None:
        self._aliases = aliases
        self._by_value = by_value
        self._known: list[tuple[Any, list[str]]] = []

    def encode(self, pattern: Any, values: Mapping[str, str]) -> str:
        """Return the text of ``pattern`` with ``values`` in the place of its blanks.

        Raises:
            PackagingError: A value that cannot travel, with its path.
        """
        parts = self._parts(pattern)
        filled = [json.dumps(values[part]) if place % 2 else part for place, part in enumerate(parts)]
        return pack("".join(filled))

    def _parts(self, pattern: Any) -> list[str]:
        """Return the JSON of a pattern, in turn text and the name of a blank."""
        for known, parts in self._known:
            if _is_same(known, pattern):
                return parts
        encoder = Encoder(aliases=self._aliases, by_value=self._by_value)
        parts = _BLANK.split(render(encoder.encode(pattern)))
        self._known = [(pattern, parts), *self._known][:_MOST]
        return parts


def _is_same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - classes of the user may refuse to be compared; arrays do
        return False
