"""Objects that became configurations: what they leave behind."""

from __future__ import annotations

import dataclasses
import gc
import weakref
from typing import Any

from nemo_run.config import Partial


def anything(x: Any = None) -> Any:
    return x


def _class_of_a_value() -> weakref.ref[type]:
    @dataclasses.dataclass
    class Local:
        a: int = 1

    Partial(anything, x=Local()).clone()
    return weakref.ref(Local)


def test_classes_made_at_run_time_are_freed() -> None:
    found = _class_of_a_value()
    gc.collect()
    assert found() is None
