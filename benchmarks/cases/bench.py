"""What the cases share: the way a number gets back to the harness."""

from __future__ import annotations

import os
import sys


def save(**values: float) -> None:
    """Write the values this process measured where the harness looks for them.

    The module count and the peak memory of the process are added to them.
    """
    modules = len(sys.modules)
    import json

    values |= {"modules": modules, "memory": peak_memory()}
    with open(os.environ["BENCH_RESULT"], "w", encoding="utf-8") as file:
        json.dump(values, file)


def peak_memory() -> float:
    """Return the largest resident size this process ever had, in MB (``VmHWM``, see proc(5))."""
    with open("/proc/self/status", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6
