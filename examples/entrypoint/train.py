"""A function as a command: its parameters are set on the command line, down to the last detail.

The README beside this file says what to try.
"""

from dataclasses import dataclass
from typing import Literal

import nemo_run as run


@dataclass
class Model:
    """A network, as far as this example needs one."""

    layers: int = 2
    width: int = 64
    activation: Literal["relu", "gelu"] = "relu"


@dataclass
class Optimizer:
    """How the weights change."""

    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.95)


# What a factory makes can be named on the command line: model=large, or model=large(width=512).
@run.cli.factory
def large(layers: int = 8, width: int = 256) -> run.Config[Model]:
    """Eight layers, four times as wide."""
    return run.Config(Model, layers=layers, width=width, activation="gelu")


@run.cli.factory
def sgd(lr: float = 0.5) -> run.Config[Optimizer]:
    """Plain gradient descent."""
    return run.Config(Optimizer, lr=lr, betas=(0.0, 0.0))


# Executors are configurations, too: run.executor=here.
@run.cli.factory
def here(retries: int = 0) -> run.Config[run.LocalExecutor]:
    """Processes on this machine."""
    return run.Config(run.LocalExecutor, retries=retries)


# Where words start from, if they do not say --factory.
def quick() -> run.Partial:
    """A small model, a few steps."""
    return run.Partial(train, model=run.Config(Model), optimizer=run.Config(Optimizer))


@run.cli.entrypoint(help="Train a model.", default_factory=quick)
def train(model: Model, optimizer: Optimizer, steps: int = 10, tags: list[str] | None = None) -> float:
    """Pretend to train a model.

    Args:
        model: What is trained.
        optimizer: How.
        steps: For how long.
        tags: Words to find the run by.
    """
    loss = 1.0
    for _ in range(steps):
        loss *= 1.0 - optimizer.lr / model.layers
    print(f"{model} trained {steps} steps with {optimizer}, tags {tags}: loss {loss:.4f}")
    return loss


# More to start from: --factory thorough.
@run.cli.factory(target=train)
def thorough() -> run.Partial:
    """A large model, four times as long."""
    return run.Partial(train, model=large(), optimizer=sgd(), steps=40)


if __name__ == "__main__":
    run.cli.main(train)
