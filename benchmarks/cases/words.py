"""Apply words of a command line to a big configuration: ``words.py WORDS NODES``.

Annotations are no texts here: the peer cannot read values for those.
"""

import sys
import time
from dataclasses import dataclass, field
from typing import List, Optional  # noqa: UP035 - what the peer reads

from bench import save

import nemo_run as run
from nemo_run.cli.cli_parser import parse_cli_args


@dataclass
class Layer:
    """One of many."""

    width: int = 1
    rate: float = 0.1
    act: str = "relu"


@dataclass
class Model:
    """A wide configuration."""

    layers: List[Layer] = field(default_factory=list)  # noqa: UP006
    head: Optional[Layer] = None  # noqa: UP045


def train(model: Model, steps: int = 1) -> None:
    """Take a configured model."""


def task(nodes: int) -> run.Partial:
    """Return a task with so many configurations."""
    layers = [run.Config(Layer, width=i) for i in range(nodes - 3)]
    return run.Partial(train, model=run.Config(Model, layers=layers, head=run.Config(Layer)))


def words(count: int, start: int) -> list:
    """Return so many words: parents by index and by name, numbers, texts and operators."""
    kinds = (
        "model.layers[{i}].width={i}",
        "model.layers[{i}].rate*={i}.5",
        "model.head.act=gelu{i}",
        "steps+={i}",
    )
    return [kinds[i % 4].format(i=start + i) for i in range(count)]


def timed(count: int, nodes: int, start: int) -> float:
    """Return the seconds that words take; each time others, so that none is remembered."""
    target, arguments = task(nodes), words(count, start)
    begin = time.perf_counter()
    parse_cli_args(target, arguments)
    seconds = time.perf_counter() - begin
    assert target.model.layers[start].width == start, "the words had no effect"  # noqa: S101
    return seconds


if __name__ == "__main__":
    count, nodes = map(int, sys.argv[1:])
    first = timed(count, nodes, 0)
    save(first=first, again=min(timed(count, nodes, 4 * start) for start in range(1, 6)))
