"""What the words of the tests are applied to; a module that users might have."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Union  # noqa: UP035 - as users still write it

import nemo_run as run
from nemo_run.cli import factory


@dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: List[int] = field(default_factory=list)  # noqa: UP006


@dataclass
class Sgd:
    lr: float
    decay: float = 0.0


@factory
@run.autoconvert
def wide(width: int = 64, act: str = "gelu") -> run.Config[Net]:
    return Net(width=width, act=act)


@factory
@run.autoconvert
def sgd(lr: float = 0.5) -> run.Config[Sgd]:
    return Sgd(lr=lr)


def fit(
    net: Net,
    opt: Optional[Sgd] = None,  # noqa: UP045
    steps: int = 10,
    rate: float = 1.0,
    title: str = "t",
    fast: bool = False,
    out: Optional[Path] = None,  # noqa: UP045
    mode: Literal["a", "b"] = "a",
    ids: List[int] = None,  # noqa: UP006, RUF013
    tags: List[str] = None,  # noqa: UP006, RUF013
    meta: Dict[str, int] = None,  # noqa: UP006, RUF013
    either: Union[int, str] = 0,  # noqa: UP007
    maybe: Optional[int] = None,  # noqa: UP045
    extra: Any = None,
    nets: List[Net] = None,  # noqa: UP006, RUF013
    level=3,
):
    return net, opt, steps


@factory(target=fit)
def base() -> run.Partial[fit]:
    return run.Partial(fit, net=wide(), steps=100)


@factory(target=fit, target_arg="net")
def special() -> run.Config[Net]:
    return run.Config(Net, width=7)
