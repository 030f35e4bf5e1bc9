"""Ask a command for its help: ``entrypoint_help.py --help``."""

from dataclasses import dataclass

import nemo_run as run


@dataclass
class Net:
    """A network.

    Args:
        width: Units in a layer.
    """

    width: int = 8
    act: str = "relu"


def train(net: Net, steps: int = 10, rate: float = 0.1, title: str = "title") -> None:
    """Train a network.

    Args:
        net: The network.
        steps: How many steps to take.
        rate: Step size.
        title: Shown in reports.
    """


if __name__ == "__main__":
    run.cli.main(train)
