"""A function that launches by itself: one training for every learning rate.

The README beside this file says what to try.
"""

from dataclasses import dataclass

import nemo_run as run


@dataclass
class Model:
    """A network, as far as this example needs one."""

    layers: int = 2
    width: int = 64


def train(model: Model, lr: float, steps: int) -> float:
    """Pretend to train a model."""
    loss = 1.0
    for _ in range(steps):
        loss *= 1.0 - lr / model.layers
    print(f"{model} trained {steps} steps with learning rate {lr}: loss {loss:.4f}")
    return loss


@run.cli.factory
def here(retries: int = 0) -> run.Config[run.LocalExecutor]:
    """Processes on this machine."""
    return run.Config(run.LocalExecutor, retries=retries)


@run.cli.entrypoint(
    type="experiment",
    help="Train with several learning rates, one after the other.",
    default_executor=run.Config(run.LocalExecutor),
)
def sweep(
    ctx: run.cli.RunContext, model: Model, rates: tuple[float, ...] = (0.1, 0.05), steps: int = 10
) -> None:
    """Launch a training for every learning rate.

    Args:
        ctx: What the options of the command line say; it launches the experiment.
        model: What is trained.
        rates: Learning rates.
        steps: For how long.
    """
    with run.Experiment(ctx.name, executor=ctx.executor) as experiment:
        for lr in rates:
            task = run.Partial(train, model=model, lr=lr, steps=steps)
            experiment.add(task, name=f"lr-{lr}", tail_logs=True)
        ctx.launch(experiment, sequential=True)


if __name__ == "__main__":
    run.cli.main(sweep)
