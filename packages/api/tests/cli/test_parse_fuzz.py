"""Any text at all: an error of the tree at worst."""

# ruff: noqa: UP006, UP007, UP035, UP045

import contextlib
import datetime
import enum
from pathlib import Path
from typing import Any, Callable, Dict, List, Literal, Optional, Set, Tuple, Union

import fix
import pytest
from fix import Net, fit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nemo_run as run
from nemo_run._types.hints import MISSING
from nemo_run.cli._parse.apply import apply_words
from nemo_run.cli._parse.literals import split
from nemo_run.cli._parse.texts import from_text
from nemo_run.cli._parse.words import key_of, parse_key
from nemo_run.cli.cli_parser import (
    ArgumentParsingError,
    ArgumentValueError,
    CLIException,
    Operation,
    PythonicParser,
    parse_cli_args,
)

LIMITED = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Color(enum.Enum):
    RED = 1


HINTS = [
    int,
    float,
    bool,
    str,
    bytes,
    complex,
    Path,
    Any,
    MISSING,
    object,
    list,
    dict,
    tuple,
    set,
    Net,
    Color,
    datetime.timedelta,
    datetime.datetime,
    Literal["a", 1, None],
    Optional[int],
    Union[int, str],
    Optional[Net],
    List[int],
    List[Net],
    List[List[str]],
    Dict[str, int],
    Dict[int, List[str]],
    Tuple[int, ...],
    Tuple[int, str],
    Set[int],
    Callable,
    type,
    Callable[[int], int],
    run.Config[Net],
    run.Partial[fit],
]

PIECES = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        ":",
        "=",
        "'",
        '"',
        ".",
        "-",
        "+=",
        "*",
        "\\",
        "\n",
        "\0",
        "\ud800",
        " ",
        "lambda x",
        " for ",
        " in ",
        " if ",
        " else ",
        "x",
        "1",
        "9" * 5000,
        "1e999",
        "None",
        "Config",
        "wide",
        "fix",
        "__class__",
        "True",
        "b'",
        "é",
        "dict(",
        "list(",
        "range(",
        "**",
        "[" * 300,
        "-" * 3000,
    ]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join))
KEYS = st.one_of(
    st.sampled_from(
        [
            "net",
            "net.width",
            "opt.lr",
            "ids[0]",
            "ids",
            "meta[a]",
            "meta",
            "nets",
            "nets[0].width",
            "nets[-1]",
            "extra",
            "extra.a",
            "extra[0]",
            "either",
            "mode",
            "level",
            "title",
            "_target_",
            "net.dims[0]",
            "net.__class__",
            "tags",
        ]
    ),
    TEXTS,
)
WORDS = st.one_of(
    st.builds("{}{}{}".format, KEYS, st.sampled_from([*(op.value for op in Operation), "", "%="]), TEXTS),
    TEXTS,
)
ARGV = st.lists(WORDS, max_size=5)


@LIMITED
@given(TEXTS, st.sampled_from(HINTS))
def test_any_text_for_any_annotation(text, hint):
    with contextlib.suppress(CLIException):
        from_text(text, hint, owner=fit, name="net")


@LIMITED
@given(ARGV, st.booleans())
def test_any_command_line(words, create):
    defaults = repr(fit.__defaults__)
    with contextlib.suppress(CLIException):
        parse_cli_args(fit, words)
    with contextlib.suppress(CLIException):
        apply_words(fix.base(), words, create=create)
    assert repr(fit.__defaults__) == defaults


@LIMITED
@given(TEXTS)
def test_any_expression(text):
    with contextlib.suppress(ArgumentValueError):
        PythonicParser().parse_value(text)


@LIMITED
@given(TEXTS)
def test_any_key_that_is_read_can_be_written(text):
    with contextlib.suppress(ArgumentParsingError):
        steps = parse_key(text)
        assert parse_key(key_of(steps)) == steps


@LIMITED
@given(TEXTS)
def test_what_is_split_can_be_joined(text):
    with contextlib.suppress(ValueError):
        assert ",".join(split(text, ",")) == text


@LIMITED
@given(st.lists(st.text(max_size=8), max_size=5))
def test_lists_of_texts_come_back(items):
    assert from_text(repr(items), List[str]) == items


@LIMITED
@given(st.lists(st.integers(), max_size=5), st.dictionaries(st.text(max_size=5), st.integers(), max_size=4))
def test_values_come_back(numbers, table):
    assert from_text(repr(numbers), List[int]) == numbers
    assert from_text(repr(table), Dict[str, int]) == table
    assert from_text(repr(set(numbers)), Set[int]) == set(numbers)


@pytest.mark.parametrize("part", ["[", "'", "a=", "[0]", "(", "{", "-", "wide("])
def test_long_texts(part):
    text = part * 50_000
    for words in ([f"ids={text}"], [f"net={text}"], [f"ids{text}=1"], [text]):
        with pytest.raises(CLIException):
            parse_cli_args(fit, words)
