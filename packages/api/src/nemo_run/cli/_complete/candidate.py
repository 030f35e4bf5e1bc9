"""What may follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """One way to go on.

    Attributes:
        value: The whole word.
        help: What it means, on one line.
        goes_on: Whether more belongs to the word, so that no blank comes behind it.
    """

    value: str
    help: str = ""
    goes_on: bool = False


def starting_with(prefix: str, found: Iterable[Candidate]) -> list[Candidate]:
    """Return those that begin with what is there, each value once."""
    return list({each.value: each for each in found if each.value.startswith(prefix)}.values())
