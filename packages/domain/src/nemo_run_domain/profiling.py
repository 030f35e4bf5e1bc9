"""NVIDIA Nsight Systems around a command."""

from __future__ import annotations

from collections.abc import Sequence


def nsys_prefix(*, folder: str, filename: str, trace: Sequence[str], extra_args: Sequence[str]) -> list[str]:
    """Return the arguments of ``nsys`` that stand before the profiled command.

    Source: Nsight Systems user guide, "CLI profile command switch options".
    """
    return ["profile", "-s", "none", "-t", ",".join(trace), "-o", f"{folder}/{filename}", *extra_args]
