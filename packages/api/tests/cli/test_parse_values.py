"""What texts mean, by annotation."""

# ruff: noqa: UP006, UP007, UP035, UP045

import collections
import datetime
import decimal
import enum
import math
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import (
    Annotated,
    Any,
    Dict,
    FrozenSet,
    List,
    Literal,
    NewType,
    Optional,
    Set,
    Tuple,
    Type,
    TypedDict,
    TypeVar,
    Union,
)

import pytest

import nemo_run as run
from nemo_run._types.hints import MISSING, Unresolved
from nemo_run.cli._parse.texts import from_text
from nemo_run.cli.cli_parser import (
    BUILTIN_TO_TYPING,
    TYPING_TO_BUILTIN,
    CLIException,
    CollectionParseError,
    DictParseError,
    ListParseError,
    LiteralParseError,
    ParseError,
    TypeParser,
    TypeParsingError,
    UnknownTypeError,
    parse_value,
    type_parser,
)
from nemo_run.exceptions import InvalidConfigError


class Color(enum.Enum):
    RED = "r"
    GREEN = 2


class Level(enum.IntEnum):
    LOW = 1


class Options(TypedDict, total=False):
    size: int


class Needs(Options):
    name: str


class Point:
    def __init__(self, x: int = 0) -> None:
        self.x = x


Id = NewType("Id", int)
Free = TypeVar("Free")
Bound = TypeVar("Bound", bound=int)
Either = TypeVar("Either", int, str)


@pytest.mark.parametrize(
    ("text", "hint", "value"),
    [
        ("None", Optional[str], None),
        ("null", str | None, None),
        ("NULL", Optional[int], None),
        ('"None"', Optional[str], "None"),
        ("'None'", Optional[str], "None"),
        ('"null"', Optional[int], None),
        ('"a', str, '"a'),
        ('a"', str, 'a"'),
        ("'a' and 'b'", str, "'a' and 'b'"),
        ("'it\\'s'", str, "it\\'s"),
        ("a\nb", str, "a\nb"),
        ("", Optional[str], ""),
        (" 5 ", int, 5),
        ("+5", int, 5),
        ("nan", float, math.nan),
        ('"true"', bool, True),
        ("'/a b'", Path, Path("/a b")),
        ("~/x", Path, Path("~/x")),
        ("a/b", PurePosixPath, PurePosixPath("a/b")),
        ("1+2j", complex, 1 + 2j),
        ("abc", bytes, b"abc"),
        ("b'a\\x00'", bytes, b"a\0"),
        ("1.10", decimal.Decimal, decimal.Decimal("1.10")),
        ("2026-01-02", datetime.date, datetime.date(2026, 1, 2)),
        ("2026-01-02T03:04:05", datetime.datetime, datetime.datetime(2026, 1, 2, 3, 4, 5)),
        ("1:30:00", datetime.timedelta, datetime.timedelta(hours=1.5)),
        ("2 days, 0:00:01", datetime.timedelta, datetime.timedelta(days=2, seconds=1)),
        ("1h30m", datetime.timedelta, datetime.timedelta(hours=1.5)),
        ("90", datetime.timedelta, datetime.timedelta(seconds=90)),
        (str(uuid.UUID(int=7)), uuid.UUID, uuid.UUID(int=7)),
        ("RED", Color, Color.RED),
        ("r", Color, Color.RED),
        ("2", Color, Color.GREEN),
        ("Color.GREEN", Color, Color.GREEN),
        ("LOW", Level, Level.LOW),
        ("1", Level, Level.LOW),
        ("1", Literal[1, "1"], 1),
        ("'1'", Literal[1, "1"], "1"),
        ("true", Literal[True, "x"], True),
        ("None", Literal["a", None], None),
        ("RED", Literal[Color.RED], Color.RED),
        ("7", Union[int, str], 7),
        ("7", Union[str, int], "7"),
        ("7", int | str, 7),
        ("7", str | int, "7"),
        ("1.5", Union[int, float, str], 1.5),
        ("[1]", Union[List[int], str], [1]),
        ("[a]", Union[List[int], str], "[a]"),
        ("5", Id, 5),
        ("5", Bound, 5),
        ("x", Either, "x"),
        ("5", Free, 5),
        ("5", Annotated[int, "x"], 5),
        ("None", Annotated[Optional[int], "x"], None),
        ("[1]", Annotated[List[int], "x"], [1]),
        ("5", object, 5),
        ("x y", object, "x y"),
        ("[1,]", list, [1]),
        ("[1, a, 'b', [2]]", List, [1, "a", "b", [2]]),
        ("{'a': 1, b: [c]}", dict, {"a": 1, "b": "[c]"}),
        ("{}", Dict, {}),
        ("(1, 2)", tuple, (1, 2)),
        ("[1, 2]", Tuple[int, str], (1, "2")),
        ("(1,)", Tuple[int, ...], (1,)),
        ("()", Tuple[int, ...], ()),
        ("()", Tuple[()], ()),
        ("{1, 2}", Set[int], {1, 2}),
        ("[1, 1]", set, {1}),
        ("{}", set, set()),
        ("set()", set, set()),
        ("{a}", FrozenSet[str], frozenset("a")),
        ("[1]", Sequence[int], [1]),
        ("[a]", Iterable[str], ["a"]),
        ("[1]", collections.deque, deque([1])),
        ("{a: 1}", Mapping[str, int], {"a": 1}),
        ("{1: x}", Dict[int, str], {1: "x"}),
        ("{'a': {'b': [1]}}", Dict[str, Dict[str, List[int]]], {"a": {"b": [1]}}),
        ("[[1], []]", List[List[int]], [[1], []]),
        ("[None, 1]", List[Optional[int]], [None, 1]),
        ("['None', None]", List[Optional[str]], ["None", None]),
        ("['5', 5]", List[Union[int, str]], ["5", 5]),
        ("['a,b', \"c]\"]", List[str], ["a,b", "c]"]),
        ("[don't, x]", List[str], ["don't", "x"]),
        ("['a\\n']", List[str], ["a\n"]),
        ("[007, 1.50]", List[str], ["007", "1.50"]),
        ("[a/b]", List[Path], [Path("a/b")]),
        ("[RED, 2]", List[Color], [Color.RED, Color.GREEN]),
        ("{'size': 1, name: x}", Needs, {"size": 1, "name": "x"}),
        ("math.sqrt", Callable, math.sqrt),
        ("math.sqrt", Callable[..., float], math.sqrt),
        ("len", Callable[[Any], int], len),
        ("collections.OrderedDict", Type[dict], collections.OrderedDict),
        ("pathlib.Path", type, Path),
        ("sys.exit", Optional[Callable], __import__("sys").exit),
        ("math.pi", float, math.pi),
        ("math.pi", Any, math.pi),
        ("True", MISSING, True),
        ("true", MISSING, "true"),
        ("null", MISSING, None),
        ("sys.exit", MISSING, "sys.exit"),
        ("sys.exit", Any, "sys.exit"),
        ("sys.exit()", Any, "sys.exit()"),
        ("sys.exit", Union[Point, str], "sys.exit"),
        ("os.path", Any, "os.path"),
        ("os.environ", Any, "os.environ"),
        ("Config", Any, "Config"),
        ("antigravity.geohash", Any, "antigravity.geohash"),
    ],
)
def test_value(text, hint, value):
    found = from_text(text, hint)
    assert found == value or (found != found and value != value)
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "hint", "error", "reason"),
    [
        ("0x10", int, ParseError, "Invalid integer literal"),
        ("True", int, ParseError, "Invalid integer literal"),
        ("None", float, ParseError, "Could not convert string to float: 'None'"),
        ("None", int, ParseError, "Invalid integer literal"),
        ("", int, ParseError, "Invalid integer literal"),
        ("9" * 5000, int, ParseError, "Invalid integer literal"),
        ("a\0b", Path, ParseError, "NUL"),
        ("", Path, ParseError, "empty"),
        ("\ud800", bytes, ParseError, "surrogates"),
        ("x", complex, ParseError, "complex"),
        ("x", datetime.date, ParseError, "date"),
        ("x", datetime.timedelta, ParseError, "duration"),
        ("9" * 400, datetime.timedelta, ParseError, "duration"),
        ("x", decimal.Decimal, ParseError, "decimal"),
        ("BLUE", Color, ParseError, "Expected one of ('RED', 'GREEN'), got 'BLUE'"),
        ("2", Literal[1, "1"], LiteralParseError, "Expected one of (1, '1'), got '2'"),
        ("x", Union[int, float], ParseError, "No matching type in Union. Errors: Invalid integer literal; "),
        ("x", type(None), ParseError, "None"),
        ("(1, 2)", List[int], ListParseError, "Invalid list: "),
        ("[1,,2]", List[int], ListParseError, "nothing between"),
        ("[1", List[int], ListParseError, "Invalid list"),
        ("[[1]", List[List[int]], ListParseError, "is missing"),
        ("['a]", List[str], ListParseError, "is missing"),
        ("[x]", List[List[int]], ListParseError, "item 0: Invalid list"),
        ("(1,)", Tuple[int, int], CollectionParseError, "expected 2 items, got 1"),
        ("1", Tuple[int, int], CollectionParseError, "Invalid tuple"),
        ("{{}}", Set[Dict[str, int]], CollectionParseError, "Invalid set"),
        ("1", Set[int], CollectionParseError, "Invalid set"),
        ("{a}", Dict[str, int], DictParseError, "expected key: value"),
        ("{a: 1", dict, DictParseError, "Invalid dict"),
        ("[1]", dict, DictParseError, "Invalid dict"),
        ("{[1]: 2}", Dict[Any, int], DictParseError, "unhashable"),
        ("{size: 1}", Needs, DictParseError, "name is missing"),
        ("{name: x, more: 1}", Needs, DictParseError, "no key 'more', expected"),
        ("{name: x, size: y}", Needs, DictParseError, "at size: Invalid integer literal"),
        ("nosuch.thing", Callable, ParseError, "nothing named 'nosuch.thing'"),
        ("math.pi", Callable, ParseError, "not callable"),
        ("math.sqrt", Type[int], ParseError, "no class"),
        ("decimal.Decimal", Type[int], ParseError, "decimal.Decimal is no subclass of int"),
        ("decimal.Decimal", Type[Union[int, str]], ParseError, "is no subclass of int or str"),
        ("decimal.Decimal", Type[Bound], ParseError, "is no subclass of Bound"),
        ("decimal.Decimal", Optional[Type[Point]], ParseError, "is no subclass of"),
        ("x", Unresolved("Nope"), UnknownTypeError, "No matching factory found for: x"),
        ("5", Unresolved("Nope"), UnknownTypeError, "Unsupported type: Nope"),
        ("5", ["no type"], UnknownTypeError, "Unsupported type: ['no type']"),
        ("5", Point, UnknownTypeError, "expected a factory"),
        ("null", Point, UnknownTypeError, "None is not allowed"),
        ("Config[nosuch.X]", Point, ParseError, "nothing named"),
        ("Config[math.pi]", Point, ParseError, "Cannot configure"),
    ],
)
def test_what_is_refused(text, hint, error, reason):
    with pytest.raises(error) as caught:
        from_text(text, hint)
    assert reason in caught.value.reason
    assert caught.value.value == text


def test_results_are_never_shared():
    for hint, text in (
        (List[int], "[1]"),
        (Any, "[1]"),
        (dict, "{a: 1}"),
        (Point, "Config"),
        (MISSING, "[1]"),
    ):
        assert from_text(text, hint) is not from_text(text, hint)


@pytest.mark.parametrize("hint", [Point, Optional[Point], Annotated[Optional[Point], run.Config[Point]]])
def test_markers(hint):
    assert from_text("Config", hint) == run.Config(Point)
    assert from_text("Partial", hint) == run.Partial(Point)
    assert from_text("Config[decimal.Decimal]", hint) == run.Config(decimal.Decimal)


@pytest.fixture
def parser():
    before = dict(type_parser.custom_parsers)
    yield type_parser
    type_parser.custom_parsers.clear()
    type_parser.custom_parsers.update(before)


def test_registered_parsers_take_part(parser):
    @parser.register_parser(Point)
    def parse_point(text, annotation):
        if text == "fail":
            raise KeyError("no")
        return run.Config(annotation, x=int(text))

    assert from_text("7", Point) == run.Config(Point, x=7)
    assert from_text("[7]", List[Point]) == [run.Config(Point, x=7)]
    assert from_text("7", Optional[Point]) == run.Config(Point, x=7)
    with pytest.raises(TypeParsingError) as caught:
        from_text("fail", Point)
    assert isinstance(caught.value.__cause__, KeyError)
    assert parse_value("7", Point) == run.Config(Point, x=7)
    with pytest.raises(TypeParsingError):
        from_text("seven", Point)


def test_a_parser_of_a_scalar_comes_first(parser):
    parser.register_parser(int)(lambda text, annotation: annotation(text, 0))
    assert from_text("0x10", int) == 16
    assert from_text("[0x10]", List[int]) == [16]


def test_type_parser():
    own = TypeParser(strict_mode=False)
    assert own.parse("x", Point) == "x"
    assert own.parse("1", int) == 1
    assert [own.infer_type(text) for text in ("1", "1.5", "x", "[1]", "None")] == [
        int,
        float,
        str,
        list,
        type(None),
    ]
    assert own.get_parser(int)("5", int) == 5
    assert own.parse_list("[1]", List[int]) == [1]
    assert own.parse_dict("{'a': 1}", Dict[str, int]) == {"a": 1}
    assert own.parse_optional("None", Optional[int]) is None
    assert own.parse_union("x", Union[int, str]) == "x"
    assert own.parse_literal("a", Literal["a"]) == "a"
    assert own.parse_path("a", Path) == Path("a")
    assert own.parse_buildable("Config", Point) == run.Config(Point)
    assert own.parse_unknown("x", Point) == "x"
    with pytest.raises(UnknownTypeError):
        TypeParser().parse("x", Point)
    with pytest.raises(UnknownTypeError):
        TypeParser().parse_forward_ref("x", Unresolved("Nope"))
    own.register_parser(Point)(lambda text, annotation: 3)
    assert own.parse("x", Point) == 3
    assert Point not in type_parser.custom_parsers


def test_parse_value_without_annotation():
    assert parse_value("[1]") == [1]
    assert parse_value("abc") == "abc"
    assert parse_value("5", str) == "5"


def test_names_of_types():
    assert BUILTIN_TO_TYPING[list] is List
    assert TYPING_TO_BUILTIN[Dict] is dict


def test_errors_are_of_the_tree():
    assert issubclass(CLIException, InvalidConfigError)
