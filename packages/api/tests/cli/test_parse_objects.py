"""Functions and classes themselves as values."""

import sys
from collections.abc import Callable
from typing import Optional, Union

import pytest
from fix import Net, Sgd, wide

import nemo_run as run
from nemo_run.cli import factory
from nemo_run.cli.cli_parser import FactoryError, ParseError, parse_cli_args


def act(x=1):
    return x


class Acting:
    def __call__(self):
        return 1


@factory
def make_act(x: int = 4) -> run.Partial[act]:
    return run.Partial(act, x=x)


@factory
def make_acting() -> run.Config[Acting]:
    return run.Config(Acting)


@factory(target=Net)
def make_anything():
    return run.Partial(act, x=9)


@factory
def fails() -> run.Partial[act]:
    raise KeyError("inside")


def train(
    hook: Optional[Callable] = None,  # noqa: UP045
    plain: Callable[[int], int] = act,
    either: Union[Callable, str] = "",  # noqa: UP007
    cls: type[Net] = Net,
    net: Union[Sgd, Net, None] = None,  # noqa: UP007
): ...


def value(word):
    (found,) = parse_cli_args(train, [word]).__arguments__.values()
    return found


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setitem(sys.modules, "here", sys.modules[__name__])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("hook=here.act", act),
        ("hook=here.make_act", run.Partial(act, x=4)),
        ("hook=here.make_act()", run.Partial(act, x=4)),
        ("hook=here.make_act(x=5)", run.Partial(act, x=5)),
        ("hook=here.make_acting", run.Config(Acting)),
        ("hook=here.make_anything", run.Partial(act, x=9)),
        ("hook=fix.wide", wide),
        ("hook=fix.wide()", run.Config(Net, width=64, act="gelu")),
        ("hook=None", None),
        ("plain=here.make_act(7)", run.Partial(act, x=7)),
        ("either=here.make_act", run.Partial(act, x=4)),
        ("cls=fix.Net", Net),
        ("net=fix.Net", run.Config(Net)),
    ],
)
def test_value(word, expected):
    assert value(word) == expected


@pytest.mark.parametrize("name", ["make_act", "make_act()"])
def test_factories_of_the_script(monkeypatch, name):
    monkeypatch.setattr(sys.modules["__main__"], "make_act", make_act, raising=False)
    assert value(f"hook={name}") == run.Partial(act, x=4)


@pytest.mark.parametrize(
    ("word", "error", "text"),
    [
        ("hook=here.act(3)", ParseError, "only factories are called here, write here.act for that itself"),
        ("hook=here.fails", FactoryError, "KeyError: 'inside'"),
        ("hook=here.make_act(y=1)", ValueError, "No parameter named 'y'"),
        ("hook=here.nosuch", ParseError, "nothing named 'here.nosuch'"),
        ("cls=fix.Sgd", ParseError, "fix.Sgd is no subclass of fix.Net"),
        ("cls=here.make_act", ParseError, "no class"),
        ("net=here.Acting", FactoryError, "'here.Acting' is a class, which is no value for 'net'"),
    ],
)
def test_errors(word, error, text):
    with pytest.raises(error, match=text.replace(".", r"\.").replace("(", r"\(")):
        value(word)


def test_a_module_that_cannot_be_imported_is_told(tmp_path, monkeypatch):
    (tmp_path / "fails_to_load_here.py").write_text("raise RuntimeError('no luck')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ParseError, match="importing fails_to_load_here failed: RuntimeError: no luck"):
        value("hook=fails_to_load_here.thing")
