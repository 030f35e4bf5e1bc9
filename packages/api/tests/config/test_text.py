"""The ``repr`` of configurations, and what is made of it."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import sys
from collections import namedtuple
from typing import Any

import fiddle as fdl
import pytest

import nemo_run as run
from nemo_run.config import Config, Partial, Script, set_value
from nemo_run.exceptions import InvalidConfigError, SetValueError
from nemo_run.run.task import direct_run_fn

SECRET = "hunter2"
Pair = namedtuple("Pair", "left right")


class Colour(fdl.Tag):
    """A tag."""


@dataclasses.dataclass
class Login:
    password: str = ""
    user: str = "me"


def node(x: Any = None, kid: Any = None, other: Any = None, token: Any = None) -> Any:
    return x, kid, other, token


def places(token: Any, /, *passwords: Any) -> Any:
    return token, passwords


def chain(length: int) -> Config:
    config = Config(node)
    for i in range(length):
        config = Config(node, x=i, kid=[config])
    return config


def diamonds(length: int) -> Config:
    config = Config(node, x=1)
    for _ in range(length):
        config = Config(node, kid=config, other=config)
    return config


def cycle() -> Config:
    config = Config(node)
    config.kid = [config]
    return config


HIDING = [
    Config(node, token=SECRET),
    Partial(node, token=SECRET),
    Config(node, x={"API_KEY": SECRET}),
    Config(node, x=[{"api_key": [SECRET]}]),
    Config(node, x=Config(node, token=SECRET)),
    Config(node, x=fdl.Config(node, token=SECRET)),
    Config(node, x=Pair(1, {"password": SECRET})),
    Config(node, x=run.Secret(SECRET)),
    Config(places, SECRET),
    Config(places, 1, SECRET),
    Config(node, x=Login(SECRET)),
    Script("a", env={"TOKEN": SECRET}).to_config(),
]


@pytest.mark.parametrize("config", HIDING, ids=range(len(HIDING)))
def test_secrets_are_not_written(config: Any) -> None:
    texts = [repr(config), repr([config]), str(config)]
    with pytest.raises(AttributeError) as read:
        _ = config.nope
    with pytest.raises(AttributeError) as deleted:
        del config.nope
    with pytest.raises(TypeError) as run_directly:
        direct_run_fn([config])
    with pytest.raises(TypeError) as shown:
        run.dryrun_fn({"a": config})
    texts += [str(caught.value) for caught in (read, deleted, run_directly, shown)]
    texts.append(str(config.visualize()))
    if all(isinstance(name, str) for name in config.__arguments__):  # fiddle compares no others
        texts.append(str(config.diff(config.clone(), trim=False)))
    assert [text for text in texts if SECRET in text] == []


@pytest.mark.parametrize("owner", [Config(node), {"a": 1}, [1]])
@pytest.mark.parametrize("key", ["api_token", "['a'].token", "[0].api_key"])
def test_values_that_cannot_be_set_are_not_written_if_secret(owner: Any, key: str) -> None:
    with pytest.raises(SetValueError) as caught:
        set_value(owner, key, SECRET)
    assert SECRET not in str(caught.value)


def test_values_that_cannot_be_set_are_written_else() -> None:
    with pytest.raises(SetValueError, match='Could not set "nope" to "3"'):
        set_value(Config(node), "nope", 3)


@pytest.mark.parametrize(
    "value",
    [
        1,
        "it's",
        [],
        (),
        {},
        (1,),
        [1, (2, 3)],
        {"a": [1], 2: {3}},
        {1: Config(node)},
        [Config(node, x=(Config(node),)), "x" * 70],
        Pair(1, Config(node)),
        ["a\nb" * 30],
        ["y" * 30, {"z": Config(node, x="w" * 50)}],
        fdl.Partial(node, kid=1),
        node,
        Colour,
    ],
)
def test_everything_else_is_as_fiddle_writes_it(value: Any) -> None:
    config = Config(node, x=value, kid="x" * 20)
    fdl.add_tag(config, "x", Colour)
    fdl.add_tag(config, "other", Colour)
    assert repr(config) == fdl.Buildable.__repr__(config)


def test_what_is_used_often_is_not_written_often() -> None:
    assert repr(diamonds(2)) == fdl.Buildable.__repr__(diamonds(2))
    text = repr(diamonds(60))
    assert len(text) < 200_000
    assert "<Config[node(...)]>" in text
    with pytest.raises(AttributeError, match="No parameter 'nope' has been set on <Config"):
        _ = diamonds(60).nope


@pytest.mark.parametrize("length", [950, 5_000])
def test_what_is_deep_is_written_in_part(length: int) -> None:
    text = repr(chain(length))
    assert f"x={length - 1}" in text
    assert "..." in text
    assert "..." not in repr(chain(20))


def test_what_contains_itself_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert repr(cycle()) == "<Config[node(kid=[<Config[node(...)]>])]>"
    items: list[Any] = []
    items.append(items)
    assert repr(Config(node, x=items)) == "<Config[node(x=[[...]])]>"
    assert cycle().diff_text(Config(node)) == "kid: None -> [node(kid=[...])]"
    run.dryrun_fn(cycle())
    assert "[node(kid=[...])]" in capsys.readouterr().out
    with pytest.raises(InvalidConfigError, match="contains itself"):
        run.dryrun_fn(cycle(), build=True)


def test_a_deep_configuration_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    run.dryrun_fn(chain(5_000), build=True)
    assert "4999" in capsys.readouterr().out


@pytest.mark.parametrize("room", [30, 80])
def test_little_stack_gives_a_short_text(room: int) -> None:
    def below(frames: int) -> str:
        return below(frames - 1) if frames else repr(chain(200))

    used = len(inspect.stack(0))
    assert "..." in below(sys.getrecursionlimit() - used - room)


def test_what_is_too_deep_cannot_be_drawn() -> None:
    with pytest.raises(InvalidConfigError, match="too deep for a picture"):
        chain(2_000).visualize()
    with pytest.raises(InvalidConfigError, match="too deep for a picture"):
        chain(2_000).diff(Config(node))


# -- pickle -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("config", [chain(3), chain(2_000), diamonds(30)], ids=["flat", "deep", "shared"])
def test_pickle_takes_any_depth(config: Config, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(config, protocol)) == config


@pytest.mark.parametrize("length", [3, 500])
def test_pickle_keeps_what_is_shared_outside(length: int) -> None:
    config = chain(length)
    inner, outer, again = pickle.loads(pickle.dumps([config.kid[0], config, config.kid[0]]))
    assert outer.kid[0] is inner is again
    outer, inner = pickle.loads(pickle.dumps((config, config.kid[0])))
    assert outer.kid[0] is inner


def test_pickle_takes_what_contains_itself() -> None:
    again = pickle.loads(pickle.dumps(cycle()))
    assert again.kid[0] is again


def test_a_failed_pickle_is_forgotten() -> None:
    bad, good = Config(node, x=lambda: None), chain(500)
    for _ in range(50):
        bad = Config(node, kid=bad)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(Config(node, kid=good, other=bad))
    assert pickle.loads(pickle.dumps(good)) == good
