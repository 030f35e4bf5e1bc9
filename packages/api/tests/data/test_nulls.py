"""What a format without null would lose."""

from __future__ import annotations

from typing import Any

from nemo_run._data.nulls import find_lost_null


def test_a_null_that_is_the_default_is_not_lost() -> None:
    assert find_lost_null({"_target_": f"{__name__}.placed", 0: None, 1: None}, imports=True) == "[1]"
    assert find_lost_null({"_target_": f"{__name__}.placed", 0: None}, imports=True) == ""
    assert find_lost_null({"_target_": f"{__name__}.placed", 0: None}, imports=False) == "[0]"
    assert find_lost_null([{"_target_": "nosuch.thing", "a": None}], imports=True) == "[0].a"


def placed(one: Any = None, two: Any = 2, /) -> None: ...
