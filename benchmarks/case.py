"""What a measurement is: numbers with a name, a unit and perhaps a target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from subject import Room

Measure = Callable[[Room], Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """What our number, or its ratio to the peer's, has to reach.

    Attributes:
        limit: The bound.
        ratio: Whether ``limit`` is the least peer/ours instead of the largest value of ours.
    """

    limit: float
    ratio: bool = False

    def is_met(self, ours: float, ratio: float | None) -> bool | None:
        """Whether it is reached; ``None`` where the peer was not measured."""
        if not self.ratio:
            return ours <= self.limit
        return None if ratio is None else ratio >= self.limit


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number of a case.

    Attributes:
        name: The row's label.
        unit: ``s``, ``ms``, ``MB``, ``x`` (times as long as the bare processes) or empty for a count.
        target: What we want, if anything.
    """

    name: str
    unit: str
    target: Target | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """A measurement, the same for both libraries.

    Attributes:
        name: For ``--only``.
        metrics: By the key that ``measure`` returns.
        measure: Runs the processes in a room and returns the numbers.
        prepare: Fills a room that then serves all runs; ``None`` gives each run a fresh one.
        peer: Whether the peer can run it at all.
        peer_runs: At most this many runs of the peer, where one takes minutes.
    """

    name: str
    metrics: Mapping[str, Metric]
    measure: Measure
    prepare: Callable[[Room], None] | None = None
    peer: bool = True
    peer_runs: int | None = None


def at_most(limit: float) -> Target:
    """Bound our own value."""
    return Target(limit=limit)


def times_faster(limit: float) -> Target:
    """Bound the ratio to the peer."""
    return Target(limit=limit, ratio=True)
