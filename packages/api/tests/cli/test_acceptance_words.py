"""Words applied to a function: each row is a command line and what becomes of it."""

import math
from pathlib import Path

import fix
import pytest
from fix import Net, Sgd, fit

import nemo_run as run
from nemo_run.cli import parse_cli_args
from nemo_run.cli.cli_parser import (
    ArgumentParsingError,
    ArgumentValueError,
    CLIException,
    DictParseError,
    ListParseError,
    LiteralParseError,
    OperationError,
    ParseError,
    UndefinedVariableError,
    UnknownTypeError,
)

WIDE = run.Config(Net, width=64, act="gelu")


def g(a: int): ...


def h(a, **kw: int): ...


def wide(**changes):
    return run.Config(Net, **{"width": 64, "act": "gelu", **changes})


def row(number, words, expected, target=fit):
    return pytest.param(target, words, expected, id=f"row{number}-{' '.join(words)}")


VALUES = [
    row(1, ["steps=5"], {"steps": 5}),
    row(2, ["steps=-5"], {"steps": -5}),
    row(3, ["steps=1_000"], {"steps": 1000}),
    row(4, ["steps = 5"], {"steps": 5}),
    row(6, ['steps="5"'], {"steps": 5}),
    row(8, ["rate=1e-3"], {"rate": 0.001}),
    row(9, ["rate=3"], {"rate": 3.0}),
    row(10, ["rate=inf"], {"rate": math.inf}),
    row(12, ["title=a=b"], {"title": "a=b"}),
    row(13, ["title='a b'"], {"title": "a b"}),
    row(14, ["title=None"], {"title": "None"}),
    row(15, ["title=''"], {"title": ""}),
    row(16, ["title="], {"title": ""}),
    row(17, ["title=Configured"], {"title": "Configured"}),
    row(17, ["title=Config"], {"title": "Config"}),
    row(18, ["title=os.getcwd"], {"title": "os.getcwd"}),
    row(18, ["title=sys.exit"], {"title": "sys.exit"}),
    row(19, ["title=wide"], {"title": "wide"}),
    row(20, ["fast=YES"], {"fast": True}),
    row(20, ["fast=off"], {"fast": False}),
    row(22, ["out=/a/b"], {"out": Path("/a/b")}),
    row(23, ["out=None"], {"out": None}),
    row(24, ["mode=b"], {"mode": "b"}),
    row(24, ["mode='b'"], {"mode": "b"}),
    row(26, ["either=5"], {"either": 5}),
    row(26, ["either=x"], {"either": "x"}),
    row(26, ["either='5'"], {"either": "5"}),
    row(27, ["maybe=null"], {"maybe": None}),
    row(27, ["maybe=4"], {"maybe": 4}),
    row(28, ["extra=[1, 'a', None]"], {"extra": [1, "a", None]}),
    row(29, ["extra=abc"], {"extra": "abc"}),
    row(29, ["extra=0"], {"extra": 0}),
    row(29, ["extra=None"], {"extra": None}),
    row(30, ["level=4"], {"level": 4}),
    row(30, ["level=abc"], {"level": "abc"}),
    row(31, ["level=None"], {"level": None}),
    row(32, ["level=[1]"], {"level": [1]}),
    row(33, ["ids=[1,2,3]"], {"ids": [1, 2, 3]}),
    row(33, ["ids=[]"], {"ids": []}),
    row(33, ["ids=[1, '2']"], {"ids": [1, 2]}),
    row(36, ["tags=['a','b']"], {"tags": ["a", "b"]}),
    row(36, ["tags=['1',2]"], {"tags": ["1", "2"]}),
    row(37, ["tags=[a,b]"], {"tags": ["a", "b"]}),
    row(38, ["meta={'a': 1}"], {"meta": {"a": 1}}),
    row(38, ["meta={}"], {"meta": {}}),
    row(40, ["ids=[1,2]", "ids[0]=9"], {"ids": [9, 2]}),
    row(40, ["ids=[1,2]", "ids[-1]=9"], {"ids": [1, 9]}),
    row(41, ["meta={'a':1}", "meta[b]=2"], {"meta": {"a": 1, "b": 2}}),
    row(41, ["meta={'a':1}", "meta['a']=2"], {"meta": {"a": 2}}),
    row(43, ["net=wide"], {"net": WIDE}),
    row(43, ["net=wide()"], {"net": WIDE}),
    row(44, ["net=wide(16)"], {"net": wide(width=16)}),
    row(45, ["net=wide(width=16,act='x')"], {"net": wide(width=16, act="x")}),
    row(46, ["net=fix.wide(width=3)"], {"net": wide(width=3)}),
    row(47, ["net=special"], {"net": run.Config(Net, width=7)}),
    row(50, ["net=wide(act='a,b')"], {"net": wide(act="a,b")}),
    row(52, ["opt=None"], {"opt": None}),
    row(52, ["opt=sgd"], {"opt": run.Config(Sgd, lr=0.5)}),
    row(53, ["net=wide", "net.width=5"], {"net": wide(width=5)}),
    row(54, ["net=wide", "net.width*=2"], {"net": wide(width=128)}),
    row(55, ["net=wide", "net.width/=2"], {"net": wide(width=32.0)}),
    row(56, ["net=wide", "net.dims=[1]", "net.dims+=[2]"], {"net": wide(dims=[1, 2])}),
    row(57, ["net=wide", "net.dims+=[2]"], {"net": wide(dims=[2])}),
    row(59, ["net=Config", "net.width=5"], {"net": run.Config(Net, width=5)}),
    row(60, ["net=Partial[fix.Net]"], {"net": run.Partial(Net)}),
    row(62, ["nets=[wide,wide(width=1)]"], {"nets": [WIDE, wide(width=1)]}),
    row(63, ["nets=[wide]", "nets[0].width=9"], {"nets": [wide(width=9)]}),
    row(64, ["nets=[wide]", "nets+=[wide(2)]"], {"nets": [WIDE, wide(width=2)]}),
    row(66, ["steps+=5"], {"steps": 15}),
    row(66, ["steps-=5"], {"steps": 5}),
    row(66, ["steps*=3"], {"steps": 30}),
    row(66, ["steps/=4"], {"steps": 2.5}),
    row(66, ["steps|=1"], {"steps": 11}),
    row(66, ["steps&=2"], {"steps": 2}),
    row(67, ["steps=1", "steps+=1", "steps+=1"], {"steps": 3}),
    row(70, ["title+=x"], {"title": "tx"}),
    row(73, ["meta={'a':1}", "meta|={'b':2}"], {"meta": {"a": 1, "b": 2}}),
    row(78, ["wide", "None", "7"], {"net": WIDE, "opt": None, "steps": 7}),
    row(82, ["_target_=x"], {}),
    row(83, ["steps=1", "steps=2"], {"steps": 2}),
    row(85, ["a=1", "z=5"], {"a": 1, "z": 5}, h),
]

ERRORS = [
    row(5, ["steps=5.0"], (ParseError, "Invalid integer literal")),
    row(7, ["steps='5'"], (ParseError, "Invalid integer literal")),
    row(11, ["rate=abc"], (ParseError, "Could not convert string to float")),
    row(21, ["fast=2"], (ParseError, "Cannot convert '2' to bool")),
    row(25, ["mode=c"], (LiteralParseError, "Expected one of ('a', 'b'), got 'c'")),
    row(27, ["maybe=x"], (ParseError, "Invalid integer literal")),
    row(34, ["ids=[1.5]"], (ListParseError, "Invalid list: ")),
    row(35, ["ids=1,2"], (ListParseError, "Invalid list: ")),
    row(39, ["meta={'a': 'x'}"], (DictParseError, "Invalid dict: ")),
    row(48, ["net=nosuch"], (UnknownTypeError, "nosuch")),
    row(48, ["net=wid"], (UnknownTypeError, "Did you mean 'wide' (Config[fix.Net])?")),
    row(49, ["net=wide(bogus=1)"], (ArgumentValueError, "No parameter named 'bogus' exists for fix.wide")),
    row(51, ["net=None"], (UnknownTypeError, "None is not allowed")),
    row(58, ["net.width=5"], (ArgumentValueError, "Invalid attribute 'width' for net, which has no value")),
    row(61, ["net=wide", "net.bogus=1"], (ArgumentValueError, "Invalid attribute 'bogus' for fix.Net")),
    row(65, ["nets=[wide]", "nets[3].width=9"], (ArgumentValueError, "Invalid index '3' for nets[3]")),
    row(68, ["steps%=2"], (ArgumentParsingError, "Invalid argument format")),
    row(68, ["steps//=2"], (ArgumentParsingError, "Invalid argument format")),
    row(68, ["steps**=2"], (ArgumentParsingError, "Invalid argument format")),
    row(69, ["rate/=0"], (OperationError, "float division by zero")),
    row(71, ["maybe+=1"], (OperationError, "Operation '+=' failed: ")),
    row(72, ["a+=3"], (UndefinedVariableError, "Cannot use '+=' on undefined variable"), g),
    row(74, ["meta={'a':1}", "meta+={'b':2}"], (OperationError, "Operation '+=' failed: ")),
    row(75, ["ids=[1]", "ids-=[1]"], (OperationError, "Operation '-=' failed: ")),
    row(76, ["bogus=1"], (ArgumentValueError, "No parameter named 'bogus' exists for fix.fit")),
    row(77, ["stpes=1"], (ArgumentValueError, "Did you mean 'steps'?")),
    row(79, ["steps=1", "wide"], (ArgumentParsingError, "Positional argument found after keyword argument")),
    row(80, ["wide", *["None"] * 16], (ArgumentParsingError, "Too many positional arguments")),
    row(81, ["st-eps=5"], (ArgumentParsingError, "Invalid argument format")),
    row(81, ["--steps=5"], (ArgumentParsingError, "Invalid argument format")),
    row(84, ["title.x=1"], (ArgumentValueError, "Invalid attribute 'x' for str")),
    row(85, ["a=1", "z=x"], (ParseError, "Invalid integer literal"), h),
]


@pytest.mark.parametrize(("target", "words", "expected"), VALUES)
def test_words_give(target, words, expected):
    result = parse_cli_args(target, words)
    assert type(result) is run.Partial
    assert result.__fn_or_cls__ is target
    assert result.__arguments__ == expected
    assert [type(value) for value in result.__arguments__.values()] == [type(v) for v in expected.values()]


@pytest.mark.parametrize(("target", "words", "expected"), ERRORS)
def test_words_are_refused(target, words, expected):
    kind, text = expected
    with pytest.raises(kind) as caught:
        parse_cli_args(target, words)
    assert text in str(caught.value)
    assert isinstance(caught.value, (CLIException, ValueError))


def test_two_calls_share_nothing():
    first = parse_cli_args(fit, ["ids=[1]"])
    first.ids.append(2)
    assert parse_cli_args(fit, ["ids=[1]"]).ids == [1]


def test_an_error_tells_how_many_there_may_be():
    words = ["wide", "None", "1", "1", "t", "no", "x", "a", "[]", "[]", "{}", "1", "1", "1", "[]", "3"]
    assert parse_cli_args(fit, words).level == 3
    with pytest.raises(ArgumentParsingError) as caught:
        parse_cli_args(fit, [*words, "one more"])
    assert caught.value.context == {"max_positional": 16}
    assert caught.value.arg == "one more"


def test_the_module_of_these_tests_is_as_described():
    assert fix.base() == run.Partial(fit, net=wide(), steps=100)
