"""Which profiles a profile is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from nemo_run_domain.errors import InvalidConfigError

T = TypeVar("T")


class CircleError(InvalidConfigError):
    """Profiles extend each other in a circle."""


def linearised(start: T, parents_of: Callable[[T], Sequence[T]], name_of: Callable[[T], str]) -> list[T]:
    """Return all ancestors and ``start``, those first that others are put upon, each once.

    Args:
        start: The last one.
        parents_of: What one extends; later parents are put upon earlier ones.
        name_of: For messages.

    Raises:
        CircleError: One extends itself, be it through others; shows the way round.
    """
    found: list[T] = []
    _visit(start, [], found, parents_of, name_of)
    return found


def _visit(
    node: T,
    way: list[T],
    found: list[T],
    parents_of: Callable[[T], Sequence[T]],
    name_of: Callable[[T], str],
) -> None:
    if node in way:
        circle = " -> ".join(name_of(step) for step in [*way[way.index(node) :], node])
        raise CircleError(f"profiles extend each other in a circle: {circle}")
    if node in found:
        return
    for parent in parents_of(node):
        _visit(parent, [*way, node], found, parents_of, name_of)
    found.append(node)
