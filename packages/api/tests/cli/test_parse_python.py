"""Values written in Python, evaluated without ``eval``."""

import ast
import contextlib
import inspect

import pytest

from nemo_run.cli.cli_parser import ArgumentValueError, Operation, PythonicParser

parser = PythonicParser()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("'a'", "a"),
        ("[1, 'a', None]", [1, "a", None]),
        ("true", True),
        ("FALSE", False),
        ("dict(a=1, b='x,y')", {"a": 1, "b": "x,y"}),
        ("dict()", {}),
        ("dict(a=list(1, 2))", {"a": [1, 2]}),
        ("list(1, 2)", [1, 2]),
        ("list([1, 2])", [1, 2]),
        ("tuple(1, 'b')", (1, "b")),
        ("set(1, 1)", {1}),
        ("[x * 2 for x in range(3)]", [0, 2, 4]),
        ("[x for x in [1, 2, 3] if x > 1 and not x == 3]", [2]),
        ("{x: y for x, y in zip('ab', [1, 2])}", {"a": 1, "b": 2}),
        ("{x % 2 for x in range(9)}", {0, 1}),
        ("[(x, y) for x in range(2) for y in range(x)]", [(1, 0)]),
        ("(x for x in [1])", [1]),
        ("[sum([x, 1]) for x in [1]]", [2]),
        ("[x[0] for x in ['ab']]", ["a"]),
        ("[sorted(x, key=lambda y: -y) for x in [[1, 2]]]", [[2, 1]]),
        ("1 if True else 2", 1),
        ("'a' if 1 < 2 <= 2 else 'b'", "a"),
        ("max(1, 2) if 3 in [1, 2] else min(1, 2)", 1),
        ("a b", "a b"),
        ("os.getcwd()", "os.getcwd()"),
        ("wait for it", "wait for it"),
        ("1 + 1", "1 + 1"),
        ("", ""),
    ],
)
def test_value(text, value):
    found = parser.parse_value(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').getcwd() if True else 0",
        "[__import__('os') for x in [1]]",
        "[x.__class__ for x in [1]]",
        "[open('/etc/passwd') for x in [1]]",
        "[print(x) for x in [1]]",
        "[(y := x) for x in [1]]",
        "[f'{x}' for x in [1]]",
        "[x for x in range(10**12)]",
        "[x for x in [10**10**10]]",
        "[1 << 10**9 for x in [1]]",
        "['a' * 10**9 for x in [1]]",
        "['%999999999d' % x for x in [1]]",
        "[round(1, -10**9) for x in [1]]",
        "[pow(2, 10**9) for x in [1]]",
        "[sum([[0]], []) for x in [1]]",
        "[x for x in range(1000) for y in range(1000) for z in range(1000)]",
        "[[x] * 1000 for x in [[0] * 1000]]",
        "[str([z, z]) for z in [[y] * 300 for y in [[0] * 300]]]",
        "[1 / 0 for x in [1]]",
        "[x for x, y in [1]]",
        "[x for x in 3]",
        "unknown if unknown else 1",
        "lambda: __import__('os')",
        "lambda x: x.real",
        "lambda x: x > 1",
        "lambda x: x[0]",
        "lambda x: 1 if x else 2",
        "lambda x: print(x)",
        "lambda x: abs(x.real)",
        "lambda x: abs(*x)",
        "lambda x: abs(**x)",
        "lambda x=open('f'): 1",
        "lambda x: (lambda y: y)(x)",
        "lambda x: [y for y in x]",
        "lambda x",
        "dict(1)",
        "dict(**{'a': 1})",
        "set([1], [2])",
    ],
)
def test_what_is_refused(text):
    with pytest.raises(ArgumentValueError):
        parser.parse_value(text)


def test_lambda():
    function = parser.parse_lambda("lambda x, /, y=2, *rest, z=3, **m: [abs(x) + y * z, -x, len(rest), (x,)]")
    assert function(-1) == [7, 1, 0, (-1,)]
    assert function(-1, 1, 5, z=0) == [1, 1, 1, (-1,)]
    assert str(inspect.signature(function)) == "(x, /, y=2, *rest, z=3, **m)"
    with pytest.raises(TypeError):
        function()


def test_unsafe_operations():
    assert not parser._contains_unsafe_operations(ast.Constant(1))
    assert parser._contains_unsafe_operations(ast.parse("a.b", mode="eval").body)
    assert parser._contains_unsafe_operations(ast.parse("abs(a.b)", mode="eval").body)


@pytest.mark.parametrize("text", ["1", "list", "int(3)", "list(1", "dict)"])
def test_what_is_no_constructor(text):
    with pytest.raises(ArgumentValueError):
        parser.parse_constructor(text)


@pytest.mark.parametrize("method", ["parse_comprehension", "parse_ternary", "parse_lambda"])
@pytest.mark.parametrize("text", ["1", "a +", "a\0b", "\ud800"])
def test_what_is_another_expression(method, text):
    with pytest.raises(ArgumentValueError):
        getattr(parser, method)(text)


def test_words_and_operations():
    assert parser.parse("a.b[0]*=2") == {"a.b[0]": (Operation.MULTIPLY, "2")}
    assert parser.apply_operation(Operation.ADD, 1, 2) == 3
    assert parser.apply_operation(Operation.ASSIGN, None, 2) == 2
    assert Operation.UNION is Operation.OR


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "[" * 5000 + "]" * 5000,
        "-" * 50000 + "1",
        "(" * 150 + "1" + ")" * 150,
        "9" * 5000,
        "[x for x in " * 500,
        "1 if 1 else " * 3000 + "1",
        "list(" * 3000 + ")" * 3000,
        "+".join(["1"] * 5000) + " if True else 0",
        "'" * 20001,
        "\0",
        "\ud800",
    ],
    ids=lambda text: f"{text[:12]!a}-{len(text)}",
)
def test_texts_made_to_break_parsers(text):
    with contextlib.suppress(ArgumentValueError):
        parser.parse_value(text)
