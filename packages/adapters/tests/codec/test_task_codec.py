"""The port that prepares tasks for the runner."""

from __future__ import annotations

from typing import Any

import fiddle as fdl

from nemo_run_adapters.codec.task_codec import FiddleTaskCodec


def node(x: Any = None) -> Any:
    return x


def test_importable_functions_need_no_side_file() -> None:
    task = FiddleTaskCodec().encode(fdl.Partial(node, x=1))
    assert task.target == f"{__name__}:node"
    assert task.side_files == {}
    assert FiddleTaskCodec().decode(task) == fdl.Partial(node, x=1)


def test_other_functions_travel_beside_the_text() -> None:
    factor = 3
    task = FiddleTaskCodec().encode(fdl.Partial(node, x=lambda y: y * factor))
    assert set(task.side_files) == {"by_value"}
    assert FiddleTaskCodec().decode(task).x(2) == 6
