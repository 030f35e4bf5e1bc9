"""Factories for subclasses: executors and plugins, which are there to be subclassed."""

# ruff: noqa: UP006, UP035

from dataclasses import dataclass
from typing import List, Optional

import pytest
from fix import Net

import nemo_run as run
from nemo_run._registry import factories
from nemo_run.cli import factory
from nemo_run.cli.cli_parser import UnknownFactoryError, parse_cli_args
from nemo_run.core.execution.base import Executor


@dataclass(kw_only=True)
class Note(run.Plugin):
    text: str = ""


class WideNet(Net):
    pass


@factory(is_target_default=True)
def nearby(retries: int = 0) -> run.Config[run.LocalExecutor]:
    return run.Config(run.LocalExecutor, retries=retries)


@factory
def any_place() -> run.Config[Executor]:
    return run.Config(run.LocalExecutor, retries=9)


@factory(name="any_place")
def other_place() -> run.Config[run.LocalExecutor]:
    raise AssertionError("the closer one counts")


@factory
def noted(text: str = "x") -> run.Config[Note]:
    return run.Config(Note, text=text)


@factory
def wider() -> run.Config[WideNet]:
    return run.Config(WideNet)


def train(
    place: Executor,
    maybe: Optional[Executor] = None,  # noqa: UP045
    local: run.LocalExecutor | None = None,
    plugins: List[run.Plugin] | None = None,
    net: Net | None = None,
): ...


def value(word):
    (found,) = parse_cli_args(train, [word]).__arguments__.values()
    return found


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("place=nearby", run.Config(run.LocalExecutor, retries=0)),
        ("maybe=nearby(retries=2)", run.Config(run.LocalExecutor, retries=2)),
        ("local=nearby", run.Config(run.LocalExecutor, retries=0)),
        ("place=any_place", run.Config(run.LocalExecutor, retries=9)),
        ("plugins=[noted(y)]", [run.Config(Note, text="y")]),
    ],
)
def test_factories_of_subclasses_are_found(word, expected):
    assert value(word) == expected


@pytest.mark.parametrize("word", ["net=wider", "place=default", "place=noted"])
def test_other_factories_are_not(word):
    with pytest.raises(UnknownFactoryError):
        value(word)


def test_they_are_offered():
    assert {"nearby", "any_place"} <= set(factories.candidates(train, "place", Executor))
    assert factories.candidates(train, "place", Executor)["any_place"] is any_place
    assert "noted" in factories.candidates(train, "plugins", List[run.Plugin])
    assert "wider" not in factories.candidates(train, "net", Net)
