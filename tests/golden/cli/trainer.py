"""A function with every kind of parameter, whose help is compared whole."""

# ruff: noqa: B008 - configurations as defaults are what is shown

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, Union

import typer

import nemo_run as run

if TYPE_CHECKING:
    from nowhere import Thing


class Precision(enum.Enum):
    """How numbers are kept."""

    FULL = 32
    HALF = 16


@dataclass
class Layer:
    """One layer.

    :param size: Units in it.
    :param bias: Whether it adds a constant.
    """

    size: int
    bias: bool = True


@dataclass
class Net:
    """A network.

    Parameters
    ----------
    width : int
        Units in a layer.
    first
        The layer at the input.
    """

    width: int = 8
    act: Literal["relu", "gelu"] = "relu"
    dims: list[int] = field(default_factory=list)
    first: Optional[Layer] = None  # noqa: UP045


@dataclass
class Many:
    """More settings than anybody reads."""

    s00: int = 0
    s01: int = 1
    s02: int = 2
    s03: int = 3
    s04: int = 4
    s05: int = 5
    s06: int = 6
    s07: int = 7
    s08: int = 8
    s09: int = 9
    s10: int = 10
    s11: int = 11
    s12: int = 12
    s13: int = 13
    s14: int = 14
    s15: int = 15
    s16: int = 16
    s17: int = 17
    s18: int = 18
    s19: int = 19
    s20: int = 20
    s21: int = 21
    s22: int = 22
    s23: int = 23
    s24: int = 24
    s25: int = 25
    s26: int = 26
    s27: int = 27
    s28: int = 28
    s29: int = 29
    s30: int = 30
    s31: int = 31


def wide(width: int = 64) -> run.Config[Net]:
    """Return a wide network.

    It has room for more.
    """
    return run.Config(Net, width=width, act="gelu")


def deep() -> run.Config[dict]:
    return run.Config(dict, a=run.Config(Net, width=9, first=run.Config(Layer, size=1)), b=[run.Config(Net)])


def tiny() -> run.Config[Net]:
    return run.Config(Net, width=1)


def large() -> run.Partial[train]:
    """Train for long."""
    return run.Partial(train, net=wide(), steps=100_000)


def local(workers: int = 1) -> run.Config[run.LocalExecutor]:
    """Run on this machine."""
    return run.Config(run.LocalExecutor, ntasks_per_node=workers)


def train(
    net: Net,
    spare: Net = run.Config(Net, width=3, act="gelu", dims=[1, 2, 3], first=run.Config(Layer, size=12)),
    settings: Any = deep(),
    layers: list[Layer] | None = None,
    steps: int = 10,
    rate: Annotated[float, typer.Option(help="Step size.")] = 1e-3,
    title: Annotated[str, "Shown in [bold]reports[/bold]."] = "[red]x[/red]",
    precision: Precision = Precision.FULL,
    either: Union[int, str] = 0,  # noqa: UP007
    out: Path | None = None,
    loss: Callable[[float, float], float] = max,
    thing: Thing | None = None,
    table: dict[str, tuple[int, ...]] | None = None,
    many: Many | None = None,
    level: Any = None,
    anything=3,
    fast: bool = False,
    *callbacks: str,
    **extra: int,
) -> None:
    """Train a network on a data set that is found where it was put by those who put it there.

    The longer story about training: it takes a while, and when it is over there is a network.

    Args:
        net: The network to train. Its description is so long that nobody would call it
            short, and it goes on.
        steps: How many steps to take.
        extra: Any other setting.

    Returns:
        Nothing.
    """
