"""What the tasks of the cases call: importable, and with nothing heavy to import."""

from __future__ import annotations

from dataclasses import dataclass, field


def greet(name: str = "you") -> None:
    """Print one line."""
    print("hi", name)


@dataclass
class Node:
    """A link of a long chain of configurations."""

    width: int = 1
    child: Node | None = None


@dataclass
class Layers:
    """The root of a flat, wide configuration."""

    layers: list[Node] = field(default_factory=list)


def train(model: Node | Layers) -> None:
    """Take a configured model."""
    print("trained", type(model).__name__)
