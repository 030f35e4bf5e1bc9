"""The ``repr`` of configurations: fiddle's, without secrets, and of a length that ends.

A configuration that is used twice is written twice, as in Python's own containers, until there are many;
from then on ``<Config[Net(...)]>`` stands for what was written before, as it does for what is too deep.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import fiddle as fdl
from fiddle._src import signatures

from nemo_run._masking import argument_name, hides, masked
from nemo_run_domain.secrets import Secret

_DEPTH = 100  # levels; each takes some frames of Python's stack
_MANY = 1_000  # configurations
_WIDTH = 80  # characters of fiddle's lines
_CURRENT = threading.local()


def text_of(value: Any, name: str = "") -> str:
    """Return ``repr(value)`` without secrets.

    Args:
        value: A configuration, or any value.
        name: Of the argument or key that has the value.
    """
    current = getattr(_CURRENT, "writer", None)
    if current is not None:  # inside of a container that writes its items itself
        return current.value(value, name)
    _CURRENT.writer = _Writer()
    try:
        return _CURRENT.writer.value(value, name)
    except RecursionError:
        return _short(value) if isinstance(value, fdl.Buildable) else f"<{type(value).__name__} ...>"
    finally:
        _CURRENT.writer = None


class _Writer:
    """Writes one value and all that is in it."""

    def __init__(self) -> None:
        self._count = 0
        self._known: dict[int, Any] = {}
        self._inside: set[int] = set()

    def value(self, value: Any, name: str) -> str:
        """Return the text of a value; ``name`` tells whether it is secret."""
        kind = type(value)
        if kind in _PLAIN and not hides(name):
            return repr(value)
        if kind in _BRACKETS:
            return self._container(value, kind, name if hides(name) else "")
        if isinstance(value, Secret):
            return repr(value)
        if isinstance(value, fdl.Buildable) and kind.__repr__ in WRITTEN_HERE:
            return self._configuration(value)
        return repr(masked(value, name))

    def _container(self, value: Any, kind: type, name: str) -> str:
        start, end = _BRACKETS[kind]
        if value and self._is_too_deep(value):
            return f"{start}...{end}"
        self._inside.add(id(value))
        try:
            if kind is dict:
                pairs = [(repr(key), self.value(item, _name(key, name))) for key, item in value.items()]
                return f"{{{', '.join([f'{key}: {item}' for key, item in pairs])}}}"
            items = ", ".join([self.value(item, name) for item in value])
            return f"{start}{items}{',' if kind is tuple and len(value) == 1 else ''}{end}"
        finally:
            self._inside.discard(id(value))

    def _configuration(self, config: Any) -> str:
        is_known = id(config) in self._known
        if self._is_too_deep(config) or (is_known and self._count >= _MANY):
            return _short(config)
        self._count += 1
        self._known[id(config)] = config  # kept, so that no id is used twice
        self._inside.add(id(config))
        try:
            return _whole(config, list(self._parameters(config)))
        finally:
            self._inside.discard(id(config))

    def _is_too_deep(self, value: Any) -> bool:
        return id(value) in self._inside or len(self._inside) >= _DEPTH

    def _parameters(self, config: Any) -> Iterator[str]:
        arguments, tagged = config.__arguments__, config.__argument_tags__
        for key in dict.fromkeys([*config.__signature_info__.parameters, *arguments]):
            value = arguments.get(key, signatures.NO_VALUE)
            tags = tagged.get(key)
            shown = f"[{', '.join(sorted(map(str, tags)))}]" if tags else ""
            if value is not signatures.NO_VALUE:
                yield f"{key}{shown}={self.value(value, argument_name(config, key))}"
            elif tags:
                yield f"{key}{shown}"


_PLAIN = (str, int, float, bool, type(None))
_BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), dict: ("{", "}")}

WRITTEN_HERE: set[Any] = {fdl.Buildable.__repr__}
"""The ``__repr__`` methods of what is written here; other configurations write themselves."""


def _name(key: Any, outer: str) -> str:
    """Return what says whether an item is secret: its key, or else the name of the whole."""
    return str(key) if hides(str(key)) else outer


def _target(config: Any) -> str:
    target = config.__fn_or_cls__
    return str(getattr(target, "__qualname__", target))


def _short(config: Any) -> str:
    return f"<{type(config).__name__}[{_target(config)}(...)]>"


def _whole(config: Any, parameters: list[str]) -> str:
    kind, target = type(config).__name__, _target(config)
    line = ", ".join(parameters)
    if len(line) + len(kind) + len(target) > _WIDTH:
        line = ",".join(["\n  " + text.replace("\n", "\n  ") for text in parameters])
    return f"<{kind}[{target}({line})]>"
