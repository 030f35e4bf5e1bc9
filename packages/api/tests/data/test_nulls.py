"""What a format without null would lose."""

from __future__ import annotations

from typing import Any

import data_trees as trees
import pytest

from nemo_run._data.nulls import find_lost_null
from nemo_run.cli.config import ConfigSerializer
from nemo_run.config import Config, Partial
from nemo_run_domain.errors import InvalidConfigError


def test_a_null_that_is_the_default_is_not_lost() -> None:
    assert find_lost_null({"_target_": f"{__name__}.placed", 0: None, 1: None}, imports=True) == "[1]"
    assert find_lost_null({"_target_": f"{__name__}.placed", 0: None}, imports=True) == ""
    assert find_lost_null({"_target_": f"{__name__}.placed", 0: None}, imports=False) == "[0]"
    assert find_lost_null([{"_target_": "nosuch.thing", "a": None}], imports=True) == "[0].a"


@pytest.mark.parametrize("place", ["opt", "net"])
def test_toml_is_refused_where_none_would_become_something_else(place: str) -> None:
    task = Partial(trees.opt_fit, Config(trees.Net, act="x"))
    setattr(task, place, None)
    with pytest.raises(InvalidConfigError, match=f"any.a.{place} is None, and TOML has no null; use YAML"):
        ConfigSerializer().serialize_toml(Config(trees.typed, any={"a": task}))


def test_toml_leaves_out_what_is_none_anyway() -> None:
    task = Config(trees.typed, net=None, any=None, text="a")
    assert ConfigSerializer().deserialize_toml(ConfigSerializer().serialize_toml(task)) == task


def placed(one: Any = None, two: Any = 2, /) -> None: ...
