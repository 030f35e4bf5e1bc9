"""Objects that became configurations: neither changes nor keeps alive the other."""

from __future__ import annotations

import dataclasses
import gc
import weakref
from collections import OrderedDict
from typing import Any

import fiddle as fdl
import pytest

from nemo_run.api import autoconvert
from nemo_run.config import Config, Partial, Script
from nemo_run.core.execution.local import LocalExecutor


@dataclasses.dataclass
class Net:
    width: int = 8
    dims: list[Any] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Holder:
    things: Any = None
    more: Any = None


def anything(x: Any = None) -> Any:
    return x


@pytest.mark.parametrize(
    ("instance", "edit"),
    [
        (Script("a", args=["x"]), lambda c: c.args.append("y")),
        (LocalExecutor(env_vars={"A": "1"}), lambda c: c.env_vars.update(A="2")),
        (Holder({1, 2}), lambda c: c.things.add(3)),
        (Holder([[1]]), lambda c: c.things[0].append(2)),
        (Holder([Net(dims=[1])]), lambda c: c.things[0].dims.append(2)),
        (Holder(({"a": [1]},)), lambda c: c.things[0]["a"].append(2)),
        (Holder(OrderedDict(a=1)), lambda c: c.things.update(b=1)),
    ],
)
@pytest.mark.parametrize(
    "configure",
    [
        lambda instance: Config(anything, x=instance).x,
        lambda instance: Config(anything, [instance]).x[0],
        lambda instance: Config(anything, x=Holder(instance)).x.things,
    ],
)
def test_editing_a_configuration_leaves_the_instance_alone(instance: Any, edit: Any, configure: Any) -> None:
    config, before = configure(instance), repr(vars(instance))
    edit(config)
    assert repr(vars(instance)) == before
    assert fdl.build(config) != instance


def test_to_config_copies_what_can_be_edited() -> None:
    script = Script("a", args=["x"], env={"A": "1"})
    config = script.to_config()
    config.args.append("y")
    config.env["A"] = "2"
    assert script == Script("a", args=["x"], env={"A": "1"})


def test_what_instances_share_stays_shared() -> None:
    shared: list[int] = [1]
    config = Config(anything, x=Holder(Net(dims=shared), [Net(dims=shared), shared])).x
    assert config.things.dims is config.more[0].dims is config.more[1]
    assert config.things.dims is not shared


def test_classes_of_containers_are_kept() -> None:
    config = Config(anything, x=Holder(OrderedDict(a=1)))
    assert type(config.x.things) is OrderedDict


def test_other_arguments_are_taken_as_they_are() -> None:
    mine = [1]
    assert Config(anything, x=mine).x is mine


@autoconvert
def recipe(net: Net = Net(5, dims=[1])) -> Holder:  # noqa: B008
    return Holder(things=net)


def test_a_default_of_a_recipe_is_not_changed_through_its_result() -> None:
    recipe().things.dims.append(2)
    assert recipe().things.dims == [1]


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
