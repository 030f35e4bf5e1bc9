"""``RunContext`` as programs use it."""

import copy
import pickle
import typing
from dataclasses import dataclass

import nemo_run as run
from nemo_run.cli.api import RunContext


@dataclass(kw_only=True)
class Mine(RunContext):
    cluster: str = "here"


def test_it_has_everything_before_anything_was_parsed():
    context = RunContext(name="x")
    assert (context.executor, context.plugins, context.tail_logs, context.direct) == (None, [], False, False)
    assert "name='x'" in repr(context)
    assert context == RunContext(name="x") != RunContext(name="y")


def test_its_home_is_the_documented_module():
    assert (RunContext.__module__, RunContext.__qualname__) == ("nemo_run.cli.api", "RunContext")
    assert pickle.loads(pickle.dumps(RunContext(name="x", detach=True))) == RunContext(name="x", detach=True)
    assert copy.deepcopy(RunContext(name="x")) == RunContext(name="x")


def test_its_annotations_resolve():
    hints = typing.get_type_hints(Mine)
    assert hints["executor"] == typing.Optional[run.Executor]  # noqa: UP045
    assert hints["plugins"] == list[run.Plugin] or hints["plugins"] == typing.List[run.Plugin]  # noqa: UP006
    assert (hints["yaml"], hints["cluster"]) == (typing.Optional[str], str)  # noqa: UP045


def test_a_subclass_has_fields_of_its_own():
    mine = Mine(name="x", cluster="there")
    assert (mine.cluster, mine.name, mine.plugins) == ("there", "x", [])


def test_a_configuration_of_it_builds_an_equal_one():
    context = Mine(name="x", cluster="there", detach=True)
    config = context.to_config()
    assert config.__fn_or_cls__ is Mine
    import fiddle

    assert fiddle.build(config) == context


def test_its_help_is_its_documentation():
    assert RunContext.get_help().startswith("How a command is run.")
