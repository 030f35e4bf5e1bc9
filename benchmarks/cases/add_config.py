"""Add a task whose configuration is deep or wide: ``add_config.py DEPTH NODES``."""

import sys
import time

import tasks
from bench import save

import nemo_run as run


def deep(depth: int) -> run.Config:
    """Configure a chain of ``depth`` nodes, one inside the other."""
    node = run.Config(tasks.Node)
    for width in range(1, depth):
        node = run.Config(tasks.Node, width=width, child=node)
    return node


def wide(nodes: int) -> run.Config:
    """Configure a root with ``nodes - 1`` children."""
    return run.Config(tasks.Layers, layers=[run.Config(tasks.Node, width=i) for i in range(nodes - 1)])


def timed_add(model: run.Config) -> float:
    """Return the seconds that adding the task takes."""
    task = run.Partial(tasks.train, model=model)
    with run.Experiment("add", executor=run.LocalExecutor()) as experiment:
        start = time.perf_counter()
        experiment.add(task, name="t")
        return time.perf_counter() - start


if __name__ == "__main__":
    depth, nodes = map(int, sys.argv[1:])
    timed_add(run.Config(tasks.Node))  # what is loaded on first use is not the configuration's cost
    save(deep=timed_add(deep(depth)), wide=timed_add(wide(nodes)))
