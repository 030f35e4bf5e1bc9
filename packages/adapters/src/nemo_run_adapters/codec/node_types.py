"""Classes that are written piece by piece and put together again.

Other parts of the library add theirs with ``register_node_type``; a class that fiddle's own
registry knows works without that.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NodeType:
    """How values of one class are written.

    Attributes:
        flatten: Value -> its parts and what is needed to put them together again.
        unflatten: The reverse: parts, metadata -> value.
        labels: Value -> a pair per part: its text in the file, such as ``Attr(name='x')``, and in
            messages, such as ``.x``.
    """

    flatten: Callable[[Any], tuple[Sequence[Any], Any]]
    unflatten: Callable[[list[Any], Any], Any]
    labels: Callable[[Any], Iterable[tuple[str, str]]]


_TYPES: dict[type, NodeType] = {}


def register_node_type(cls: type, node_type: NodeType) -> None:
    """Teach the format a class; its subclasses are not included."""
    _TYPES[cls] = node_type


def node_type_of(cls: type) -> NodeType | None:
    """Return how values of exactly this class are written, if that is known."""
    known = _TYPES.get(cls)
    if known is None and issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _NAMED_TUPLE
    return known


def attr(name: str) -> tuple[str, str]:
    """Labels of an attribute."""
    return f"Attr(name={name!r})", f".{name}"


def index(position: int) -> tuple[str, str]:
    """Labels of an element of a sequence."""
    return f"Index(index={position})", f"[{position}]"


def key(value: Any) -> tuple[str, str]:
    """Labels of a value in a dictionary."""
    return f"Key(key={value!r})", f"[{value!r}]"


def argument(name: str | int) -> tuple[str, str]:
    """Labels of an argument of a configuration."""
    return index(name) if isinstance(name, int) else attr(name)


def _indices(value: Sequence[Any]) -> Iterable[tuple[str, str]]:
    return map(index, range(len(value)))


_SET_ELEMENT = ("SetElement()", "[<set element>]")
_NAMED_TUPLE = NodeType(
    lambda v: (tuple(v), type(v)), lambda parts, cls: cls(*parts), lambda v: map(attr, v._fields)
)

register_node_type(list, NodeType(lambda v: (v, None), lambda parts, _: parts, _indices))
register_node_type(tuple, NodeType(lambda v: (v, None), lambda parts, _: tuple(parts), _indices))
register_node_type(
    dict,
    NodeType(
        lambda v: (list(v.values()), tuple(v)),
        lambda parts, keys: dict(zip(keys, parts, strict=True)),
        lambda v: map(key, v),
    ),
)
register_node_type(
    collections.defaultdict,
    NodeType(
        lambda v: (list(v.values()), (v.default_factory, tuple(v))),
        lambda parts, about: collections.defaultdict(about[0], zip(about[1], parts, strict=True)),
        lambda v: map(key, v),
    ),
)
register_node_type(
    set, NodeType(lambda v: (list(v), None), lambda parts, _: set(parts), lambda v: [_SET_ELEMENT] * len(v))
)
register_node_type(
    frozenset,
    NodeType(lambda v: (list(v), None), lambda parts, _: frozenset(parts), lambda v: [_SET_ELEMENT] * len(v)),
)
register_node_type(
    bytes,
    NodeType(
        # Written as Latin-1, which fiddle's reader takes back unchanged; its writer loses backslashes.
        lambda v: ((v.decode("latin-1"),), None),
        lambda parts, _: parts[0].encode("raw_unicode_escape"),
        lambda _: (("IdentityElement()", ""),),
    ),
)
register_node_type(
    slice,
    NodeType(
        lambda v: ((v.start, v.stop, v.step), None),
        lambda parts, _: slice(*parts),
        lambda _: map(attr, ("start", "stop", "step")),
    ),
)
