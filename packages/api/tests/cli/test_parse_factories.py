"""Factories named in words."""

# ruff: noqa: RUF013, UP006, UP007, UP035, UP045

import sys
from typing import Any, Callable, Dict, List, Optional, Union

import fix
import pytest
from fix import Net, Sgd, fit, wide

import nemo_run as run
from nemo_run.cli import factory
from nemo_run.cli._parse.factories import call_factory, split_arguments
from nemo_run.cli._parse.texts import from_text
from nemo_run.cli.cli_parser import (
    ArgumentParsingError,
    CLIException,
    FactoryError,
    ListParseError,
    ParseError,
    UnknownFactoryError,
    UnknownTypeError,
    parse_cli_args,
    parse_factory,
    parse_partial,
)
from nemo_run.exceptions import NotFoundError

CONSTANT = run.Config(Net, width=77)
STEPS = 12


class Model:
    def __init__(self, net: Net, opt: Optional[Sgd] = None, many: Optional[List[Net]] = None) -> None: ...


class Empty:
    pass


class Sized:
    def __init__(self, size: int = 1) -> None: ...


@factory
def the_same() -> run.Config[Net]:
    return CONSTANT


@factory
def small(net: Net, opt: Optional[Sgd] = None) -> run.Config[Model]:
    assert isinstance(net, run.Config), "configurations reach factories as they are"
    return run.Config(Model, net=net, opt=opt)


@factory
def broken(kind: str = "key") -> run.Config[Model]:
    raise {"key": KeyError, "exit": SystemExit}[kind]("inside")


@factory(target=Empty, name="nothing")
def nothing():
    return 0


@factory(target=Empty, is_target_default=True)
def filled():
    return run.Config(Empty)


@factory(target=Model, target_arg="net")
def inner():
    return run.Config(Net, width=1)


@factory(target=List[Model], name="pair")
def models() -> List[Model]:
    return [run.Config(Model, net=None)]


def make_model():
    return run.Config(Model, net=None)


def describe() -> str:
    raise AssertionError("not called: it makes a text")


def train(
    model: Model,
    task: run.Partial[fit] = None,
    empty: Empty = None,
    sized: Sized = None,
    steps: int = 1,
    title: str = "",
    hook: Callable = None,
    mixed: Union[Model, str] = "",
    anything: Any = None,
    more: List[Model] = None,
): ...


@factory(target=train, target_arg="steps")
def many_steps() -> int:
    return 1000


@factory(target=train, target_arg="title")
def best_title():
    raise AssertionError("a text is a text")


def value(word, **options):
    (found,) = parse_cli_args(train, [word], **options).__arguments__.values()
    return found


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setitem(sys.modules, "factories_here", sys.modules[__name__])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("model=small(wide)", run.Config(Model, net=wide(), opt=None)),
        ("model=small( wide( 16 , act='a,b' ) , opt=sgd )", run.Config(Model, wide(16, "a,b"), fix.sgd())),
        ("model=small(net=wide(act=')'))", run.Config(Model, wide(act=")"), None)),
        ("model=small(wide, net.width*=2)", run.Config(Model, wide(128), None)),
        ("empty=nothing", 0),
        ("empty=default", run.Config(Empty)),
        ("sized=factories_here.Sized", run.Config(Sized)),
        ("sized=factories_here.Sized(size=4)", run.Config(Sized, size=4)),
        ("task=fix.fit(steps=3)", run.Partial(fit, steps=3)),
        ("task=Partial", run.Partial(fit)),
        ("task=base", fix.base()),
        ("model=factories_here.CONSTANT", CONSTANT),
        ("steps=many_steps", 1000),
        ("steps=factories_here.STEPS", 12),
        ("title=best_title", "best_title"),
        ("hook=fix.wide", wide),
        ("mixed=small(wide)", run.Config(Model, net=wide(), opt=None)),
        ("mixed=factories_here.broken_name", "factories_here.broken_name"),
        ("anything=fix.wide", run.Config(Net, 64, "gelu")),
        ("anything=wide", "wide"),
        (
            "more=[small(wide), small(net=wide(1))]",
            [run.Config(Model, wide(), None), run.Config(Model, wide(1), None)],
        ),
        ("more=[]", []),
        ("more=factories_here.models", [run.Config(Model, net=None)]),
        ("model=factories_here.make_model", run.Config(Model, net=None)),
        ("more=pair", [run.Config(Model, net=None)]),
    ],
)
def test_value(word, expected):
    assert value(word) == expected


def test_a_factory_may_return_the_same_configuration_each_time():
    assert parse_cli_args(fit, ["net=the_same", "net.width=5"]).net == run.Config(Net, width=5)
    assert CONSTANT.width == 77


def test_constants_are_copied():
    found = value("model=factories_here.CONSTANT")
    found.width = 1
    assert CONSTANT.width == 77


def test_nested_parameters_have_the_factories_of_their_owner():
    result = parse_partial(train, "model=Config", "model.net=inner", "model.many=[wide]")
    assert result.model == run.Config(Model, net=run.Config(Net, width=1), many=[wide()])


@pytest.mark.parametrize(
    ("word", "error", "texts"),
    [
        (
            "model=broken",
            FactoryError,
            ["Factory 'broken'", "test_parse_factories.py", "'model' of", "KeyError: 'inside'"],
        ),
        ("model=broken(exit)", FactoryError, ["SystemExit: inside"]),
        ("mixed=broken", FactoryError, ["Factory 'broken'"]),
        ("more=[small(wide), broken]", FactoryError, ["Factory 'broken'"]),
        ("model=small", FactoryError, ["TypeError", "net"]),
        ("model=small(1.5)", ParseError, ["1.5"]),
        ("model=small(wide, wide, wide)", ArgumentParsingError, ["Too many positional"]),
        ("model=small(net=wide, wide)", ArgumentParsingError, ["after keyword"]),
        ("model=smal(wide)", UnknownFactoryError, ["smal", "Did you mean 'small' (Config["]),
        ("model=small(wide", UnknownTypeError, ["expected a factory", "KEY.FIELD=VALUE"]),
        ("model=small(wide,,wide)", UnknownTypeError, ["expected a factory"]),
        ("model=nosuch.module.thing", UnknownFactoryError, ["nosuch.module.thing"]),
        ("model=factories_here.CONSTANT(1)", FactoryError, ["takes no arguments"]),
        ("steps=nosuch", ParseError, ["Invalid integer literal"]),
        ("model=os.getcwd", FactoryError, ["'os.getcwd' does not make a value for 'model'"]),
        ("model=sys.exit()", FactoryError, ["'sys.exit' does not make a value"]),
        ("model=shutil.which(ls)", FactoryError, ["'shutil.which' made str '", "is no value for 'model'"]),
        ("model=factories_here.describe", FactoryError, ["does not make a value"]),
        ("more=small(wide)", ListParseError, ["small makes one item, write [small(wide)]"]),
    ],
)
def test_errors(word, error, texts):
    with pytest.raises(error) as caught:
        value(word)
    for text in texts:
        assert text in str(caught.value)
    assert caught.value.arg == word


def test_the_error_of_a_factory_is_the_cause():
    with pytest.raises(FactoryError) as caught:
        value("model=broken")
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_module_that_fails_is_reported(tmp_path, monkeypatch):
    (tmp_path / "fails_to_load.py").write_text("raise RuntimeError('no luck')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(FactoryError, match="importing fails_to_load failed: RuntimeError: no luck"):
        value("model=fails_to_load.thing")
    assert value("anything=fails_to_load.thing") == "fails_to_load.thing"


def test_a_name_of_the_script(monkeypatch):
    monkeypatch.setattr(
        sys.modules["__main__"], "made_here", lambda width=1: run.Config(Net, width=width), raising=False
    )
    assert parse_partial(fit, "net=made_here(5)").net == run.Config(Net, width=5)
    assert parse_partial(fit, "title=made_here", "extra=made_here").title == "made_here"


def plain(
    net: Net, names: List[str] = (), table: Optional[Dict[str, int]] = None, both: Union[str, List[int]] = ""
) -> None: ...


CALLS = []


def said() -> List[str]:
    CALLS.append("said")
    return ["a"]


def unsaid():
    CALLS.append("unsaid")
    return ["a"]


SCRIPT = {
    "NUMBER": 5,
    "NAMES": ["a"],
    "NUMBERS": [1],
    "TABLE": {"a": 1},
    "SECRET": {"password": "x"},
    "CONFIG": run.Config(Net, width=7),
    "Net": Net,
    "Sgd": Sgd,
    "said": said,
    "unsaid": unsaid,
}


@pytest.fixture
def script(monkeypatch):
    """A script that has some objects, which people rarely mean when they write a word."""
    for name, item in SCRIPT.items():
        monkeypatch.setattr(sys.modules["__main__"], name, item, raising=False)
    CALLS.clear()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("names=NAMES", ["a"]),
        ("names=said", ["a"]),
        ("table=TABLE", {"a": 1}),
        ("net=CONFIG", run.Config(Net, width=7)),
        ("net=Net", run.Config(Net)),
        ("both=NUMBER", "NUMBER"),
        ("both=unsaid", "unsaid"),
    ],
)
def test_objects_of_the_script_that_fit(script, word, expected):
    assert getattr(parse_partial(plain, word), word.partition("=")[0]) == expected


@pytest.mark.parametrize(
    "word",
    ["names=NUMBER", "names=NUMBERS", "names=SECRET", "names=Net", "names=CONFIG", "names=unsaid",
     "table=SECRET", "table=NAMES", "table=unsaid", "net=NUMBER", "net=SECRET", "net=Sgd", "net=said"],
)  # fmt: skip
def test_objects_of_the_script_that_do_not_fit(script, word):
    name = word.partition("=")[2]
    with pytest.raises(FactoryError, match=f"'{name}' .* value for") as caught:
        parse_partial(plain, word)
    assert "password" not in str(caught.value)
    assert CALLS == []  # not even to see what it makes


def test_parse_factory():
    assert parse_factory(fit, "net", Net, "wide(3)") == wide(3)
    assert parse_factory(run.Partial(fit), "net", Net, "special") == run.Config(Net, width=7)
    assert parse_factory(fit, "nets", List[Net], "[wide, wide(width=1)]") == [wide(), wide(1)]
    assert parse_factory(fit, "steps", int, "factories_here.STEPS") == 12
    assert parse_factory(fit, "factory", fit, "base") == fix.base()
    for text in ("1", "wide(", "[wide", "wide)", ""):
        with pytest.raises(ArgumentParsingError, match="Invalid factory format"):
            parse_factory(fit, "net", Net, text)
    with pytest.raises(NotFoundError, match="No matching factory found for: nosuch"):
        parse_factory(fit, "net", Net, "nosuch")


def test_call_factory_and_its_arguments():
    assert call_factory(wide, "3, act='x,y'") == wide(3, "x,y")
    assert call_factory(wide) == wide()
    assert split_arguments("a, b(x=1, y=[2]), 'c,d'") == ["a", "b(x=1, y=[2])", "'c,d'"]
    assert split_arguments(" ") == []
    for text in ("(", "'"):
        with pytest.raises(ArgumentParsingError):
            split_arguments(text)
        with pytest.raises(ArgumentParsingError):
            call_factory(wide, text)


def test_depth_is_an_error():
    with pytest.raises(CLIException):
        value("model=" + "small(" * 5000 + ")" * 5000)


def test_values_without_owner():
    assert from_text("wide", Net) == wide()
    assert from_text("sgd", Optional[Sgd]) == fix.sgd()
