"""How lazy objects are written into saved configurations, by us and by fiddle."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nemo_run_adapters.codec import NodeType, register_node_type

_FIDDLE = "fiddle._src.experimental.serialization"

_classes: dict[type, tuple[Callable[[Any], Any], Callable[..., Any], tuple[str, ...]]] = {}


def register(
    cls: type, flatten: Callable[[Any], Any], unflatten: Callable[..., Any], names: Sequence[str]
) -> None:
    """Say how instances of a class are taken apart and put together.

    Args:
        cls: The class.
        flatten: Instance -> its parts, and what else is needed.
        unflatten: The reverse.
        names: Of the attributes that the parts are.
    """
    labels = [(f"Attr(name={name!r})", f".{name}") for name in names]
    register_node_type(cls, NodeType(flatten, unflatten, lambda _: labels))
    _classes[cls] = (flatten, unflatten, tuple(names))
    if _FIDDLE in sys.modules:
        tell_fiddle()


def tell_fiddle() -> None:
    """Let fiddle's own reader and writer know the classes, too."""
    fiddle = importlib.import_module(_FIDDLE)
    attribute = importlib.import_module("fiddle.daglish").Attr
    while _classes:
        cls, (flatten, unflatten, names) = _classes.popitem()
        path = tuple(map(attribute, names))
        fiddle.register_node_traverser(cls, flatten, unflatten, lambda _, path=path: path)
