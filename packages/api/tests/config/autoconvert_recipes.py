"""Functions for the tests of ``autoconvert``; annotations here are text."""

from __future__ import annotations

import dataclasses
import functools
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fiddle as fdl

import nemo_run as run

if TYPE_CHECKING:
    from nosuch.module import Missing


@dataclasses.dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Outer:
    inner: Net
    nets: list[Net] = dataclasses.field(default_factory=list)


class Plain:
    def __init__(self, size: int = 1) -> None:
        self.size = size

    @classmethod
    def of(cls, size: int) -> Plain:
        return cls(size)


DEFAULT = Net(width=99)


def helper(x: int, y: int = 2) -> int:
    return x + y


@run.autoconvert
def net(width: int = 5) -> Net:
    """Make a network."""
    return Net(width=width)


@run.autoconvert()
def outer() -> Outer:
    return Outer(inner=Net(), nets=[Net(width=1), net(2)])


@run.autoconvert
def postponed(width: int, unknown: Missing | None = None) -> Outer:
    local: Missing = width
    return Outer(inner=Net(width=local))


@run.autoconvert
def helped() -> Outer:
    return Outer(inner=helper(3), nets=[str(4), len([1]), Path("/x"), math.sqrt(4.0), Plain.of(2)])


@run.autoconvert
def plain_python(n: int = 2) -> Outer:
    """Everything that stays as it is."""
    import os.path as late

    made = Net(width=n * 3, act=f"a{n}")
    made.act += late.sep
    made.dims = [n, *[made.width][:1]]
    assert n
    other = Plain(size=made.width)
    other.size = other.size + 1
    names = []
    names.append(other)
    return Outer(inner=made, nets=names)


@run.autoconvert
def configs() -> Outer:
    base = run.Config(Net, width=4)
    return Outer(
        inner=base.clone().broadcast(width=7), nets=[base, fdl.Config(Net), fdl.cast(fdl.Config, base)]
    )


@run.autoconvert
def shared() -> Outer:
    one = Net()
    return Outer(inner=one, nets=[one, DEFAULT])


@run.autoconvert
def partials() -> Outer:
    return Outer(inner=functools.partial(helper, 1), nets=[functools.partial(run.Partial(helper, x=1), y=3)])


@run.autoconvert
def a_partial() -> Any:
    return run.Partial(helper, x=1)


@run.autoconvert(partial=False)
def a_config_of_a_partial() -> Any:
    return run.Partial(helper, x=1)


@run.autoconvert(partial=True)
def partial_of_a_call() -> int:
    return helper(1, net())


@run.autoconvert
def several() -> list[Any]:
    return [Net(), run.Partial(helper), net()]


@run.autoconvert
def a_tuple() -> Any:
    return Net(), Net()


@run.autoconvert
def a_dict() -> Any:
    return {"a": Net()}


@run.autoconvert
def a_number() -> int:
    return 3


@run.autoconvert
def an_empty_list() -> list[Any]:
    return []


@run.autoconvert
def a_mixed_list() -> list[Any]:
    return [Net(), 3]


@run.autoconvert
def with_if(x: int = 1) -> Any:
    if x:
        return Net()
    return None


@run.autoconvert
def with_conditional(x: int = 1) -> Any:
    return Net() if x else None


@run.autoconvert
def with_comprehension() -> Any:
    return [Net() for _ in (1, 2)]


@run.autoconvert
def with_for() -> Any:
    for _ in (1, 2):
        pass
    return Net()


@run.autoconvert
def with_while() -> Any:
    while True:
        return Net()


@run.autoconvert
def with_try() -> Any:
    try:
        return Net()
    finally:
        logging.info("done")


@run.autoconvert
def with_lambda() -> Any:
    return Outer(inner=lambda: 3)


@run.autoconvert
def with_function() -> Any:
    def inner() -> int:
        return 1

    return Outer(inner=inner)


@run.autoconvert
def with_match(x: int = 1) -> Any:
    match x:
        case 1:
            return Net()


@run.autoconvert
async def asynchronous() -> Any:
    return Net()


UNSUPPORTED = (
    (with_if, "Control flow (If)"),
    (with_conditional, "Control flow (IfExp)"),
    (with_comprehension, "Control flow (ListComp)"),
    (with_for, "Control flow (For)"),
    (with_while, "Control flow (While)"),
    (with_try, "Control flow (Try)"),
    (with_match, "Control flow (Match)"),
    (with_lambda, "A lambda (Lambda)"),
    (with_function, "A nested function (FunctionDef)"),
    (asynchronous, "An async function (AsyncFunctionDef)"),
)


class Recipes:
    """Methods can be converted too."""

    width = 3

    @staticmethod
    @run.autoconvert
    def static(width: int) -> Net:
        return Net(width=width)

    @classmethod
    @run.autoconvert
    def of_class(cls) -> Net:
        return Net(width=cls.width)


def closing_over(width: int, cls: Any) -> Any:
    @run.autoconvert
    def inner(act: str = "x") -> Any:
        return cls(width=width, act=act)

    return inner


bad_keyword = run.autoconvert(lambda: Net(bogus=1))
