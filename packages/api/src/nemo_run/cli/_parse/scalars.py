"""Texts as numbers, words, paths and other single values."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import math
import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any, get_args

from nemo_run.cli._parse.errors import LiteralParseError, ParseError
from nemo_run.cli._parse.literals import evaluate, is_none, without_double_quotes, without_quotes

_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:(?P<d>\d+)(?:d| days?,?) *)?(?P<h>\d+):(?P<m>\d\d):(?P<s>\d\d(?:\.\d+)?)")


def to_int(text: str, hint: Any) -> int:
    """Read what ``int()`` reads."""
    try:
        return int(without_double_quotes(text))
    except ValueError:  # also for more digits than Python converts
        raise ParseError(text, hint, "Invalid integer literal") from None


def to_float(text: str, hint: Any) -> float:
    """Read what ``float()`` reads."""
    try:
        return float(without_double_quotes(text))
    except ValueError as error:
        reason = str(error)
        raise ParseError(text, hint, reason[:1].upper() + reason[1:]) from None  # the value in its own case


def to_bool(text: str, hint: Any) -> bool:
    """Read ``true yes 1 on`` and ``false no 0 off``."""
    word = without_double_quotes(text).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ParseError(text, hint, f"Cannot convert '{text}' to bool, expected true or false")


def to_str(text: str, hint: Any) -> str:
    """Take any text, without quotes around it."""
    del hint
    return without_quotes(text)


def to_bytes(text: str, hint: Any) -> bytes:
    """Read ``b"..."``, or take any text in UTF-8."""
    if re.match(r"[bB][rR]?['\"]", text):
        try:
            return bytes(evaluate(text))
        except (TypeError, ValueError) as error:
            raise ParseError(text, hint, str(error)) from None
    try:
        return without_quotes(text).encode()
    except UnicodeEncodeError as error:
        raise ParseError(text, hint, str(error)) from None


def to_none(text: str, hint: Any) -> None:
    """Read ``None`` and ``null``."""
    if not is_none(without_double_quotes(text)):
        raise ParseError(text, hint, "Expected None")


def to_path(text: str, hint: Any) -> PurePath:
    """Take any text that can be a path."""
    path = without_quotes(text).strip()
    if "\0" in path:
        raise ParseError(text, hint, "A path cannot hold a NUL character")
    if not path:
        raise ParseError(text, hint, "A path cannot be empty")
    return hint(path)


def to_timedelta(text: str, hint: Any) -> datetime.timedelta:
    """Read ``[2d] 1:30:00``, ``1h30m`` and numbers of seconds."""
    word = without_quotes(text).strip()
    clock = _DURATION.fullmatch(word)
    parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", word)
    found: dict[str, str | None] = clock.groupdict() if clock else {unit: number for number, unit in parts}
    try:
        if not clock and "".join(f"{number}{unit}" for unit, number in found.items()) != word:
            return datetime.timedelta(seconds=float(word))
        return datetime.timedelta(**{_UNITS[unit]: float(number) for unit, number in found.items() if number})
    except (ValueError, OverflowError):
        raise ParseError(text, hint, "Expected a duration such as 1:30:00, 1h30m or 90") from None


def by_constructor(make: Callable[[str], Any], expected: str) -> Callable[[str, Any], Any]:
    """Return a function that hands the text to ``make``."""

    def convert(text: str, hint: Any) -> Any:
        try:
            return make(without_quotes(text).strip())
        except (ValueError, ArithmeticError) as error:
            raise ParseError(text, hint, f"Expected {expected}: {error}") from None

    return convert


SCALARS: Mapping[Any, Callable[[str, Any], Any]] = {
    int: to_int,
    float: to_float,
    bool: to_bool,
    str: to_str,
    bytes: to_bytes,
    type(None): to_none,
    None: to_none,
    complex: by_constructor(complex, "a complex number"),
    decimal.Decimal: by_constructor(decimal.Decimal, "a decimal number"),
    fractions.Fraction: by_constructor(fractions.Fraction, "a fraction"),
    uuid.UUID: by_constructor(uuid.UUID, "a UUID"),
    datetime.datetime: by_constructor(datetime.datetime.fromisoformat, "a date and time"),
    datetime.date: by_constructor(datetime.date.fromisoformat, "a date"),
    datetime.time: by_constructor(datetime.time.fromisoformat, "a time"),
    datetime.timedelta: to_timedelta,
}
PLAIN = (int, float, bool, str, Path, PurePath, type(None), None, bytes, complex)


def to_enum(text: str, hint: Any) -> enum.Enum:
    """Read the name of a member, or its value."""
    word = without_quotes(text).strip()
    name = word.removeprefix(f"{hint.__name__}.")
    if name in hint.__members__:
        return hint.__members__[name]
    for member in hint:
        if _means(word, text, member.value):
            return member
    names = tuple(hint.__members__)
    raise ParseError(text, hint, f"Expected one of {names}, got '{word}'")


def to_literal(text: str, hint: Any) -> Any:
    """Read one of the values of a ``Literal``, in quotes or not."""
    choices = get_args(hint)
    word = without_quotes(text)
    for choice in choices:
        if isinstance(choice, enum.Enum):
            if word in (choice.name, str(choice)) or _means(word, text, choice.value):
                return choice
        elif _means(word, text, choice):
            return choice
    raise LiteralParseError(text, hint, f"Expected one of {choices}, got '{word}'")


def _means(word: str, text: str, value: Any) -> bool:
    """Whether a text (``word`` without its quotes) stands for a value."""
    if isinstance(value, str):
        return word == value or text == value
    if text.startswith("'"):  # surely a string
        return False
    if isinstance(value, bool):
        return word.strip().lower() in (_TRUE[:3:2] if value else _FALSE[:3:2]) or word.strip() == str(value)
    if value is None:
        return is_none(word)
    try:
        found = evaluate(word)
    except ValueError:
        return False
    return type(found) is type(value) and (found == value or (found != found and math.isnan(value)))
