"""Python literals in texts: quotes, brackets and commas."""

from __future__ import annotations

import ast
import warnings
from typing import Any

_PAIRS = {"[": "]", "(": ")", "{": "}"}
_STRING_PREFIXES = ("", "b", "r", "u", "br", "rb")
_LITERAL_STARTS = frozenset("0123456789+-.'\"[({bBrRuUTFN")


def evaluate(text: str) -> Any:
    """Return the value of a Python literal.

    Raises:
        ValueError: It is none, or too big or too deep for Python.
    """
    text = text.strip()
    if text[:1] not in _LITERAL_STARTS:
        raise ValueError("not a literal")
    try:
        with warnings.catch_warnings():  # such as those about escapes in strings
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError, UnicodeError) as error:
        raise ValueError(f"not a literal: {error}") from error


def is_none(text: str) -> bool:
    """Whether a text means None."""
    return text.strip().lower() in ("none", "null")


def is_string(text: str) -> bool:
    """Whether a text is in quotes, from one end to the other."""
    text = text.strip()
    quote = text[:1]
    if quote not in ("'", '"') or len(text) < 2 or text[-1] != quote:
        return False
    return quote not in text[1:-1].replace("\\" + quote, "")


def without_quotes(text: str) -> str:
    """Return a text without the pair of quotes around it, if there is one."""
    return text.strip()[1:-1] if is_string(text) else text


def without_double_quotes(text: str) -> str:
    """Return a text without the pair of double quotes around it, if there is one."""
    return without_quotes(text) if text.strip()[:1] == '"' else text


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    """Split where a separator is not in brackets or quotes.

    Args:
        text: What to split.
        separator: One character.
        limit: At most so many splits; all if negative.

    Raises:
        ValueError: A bracket or quote is not closed.
    """
    parts: list[str] = []
    open_brackets: list[str] = []
    begin = token = position = 0
    while position < len(text):
        char = text[position]
        if char in "'\"" and text[token : min(position, token + 3)].lower() in _STRING_PREFIXES:
            position = token = _end_of_string(text, position)
            continue
        if char in _PAIRS:
            open_brackets.append(_PAIRS[char])
        elif char in ")]}":
            if not open_brackets or open_brackets.pop() != char:
                raise ValueError(f"{char!r} closes nothing")
        elif char == separator and not open_brackets and limit != len(parts):
            parts.append(text[begin:position])
            begin = position + 1
        if char in "[({,:=" or (token == position and char.isspace()):
            token = position + 1
        position += 1
    if open_brackets:
        raise ValueError(f"{open_brackets[-1]!r} is missing")
    return [*parts, text[begin:]]


def items_of(text: str, brackets: tuple[str, ...]) -> list[str]:
    """Return the texts between the commas of ``[a, b]``; a comma behind the last one is allowed.

    Args:
        text: With brackets around it.
        brackets: Those that are allowed: ``"[]"``, ``"()"``, ``"{}"``.

    Raises:
        ValueError: Other brackets, or nothing between two commas.
    """
    text = text.strip()
    if len(text) < 2 or text[0] + text[-1] not in brackets:
        raise ValueError(f"expected {' or '.join(brackets)} around it")
    parts = [part.strip() for part in split(text[1:-1], ",")]
    if parts[-1] == "":
        parts.pop()
    if "" in parts:
        raise ValueError("nothing between two commas")
    return parts


def _end_of_string(text: str, start: int) -> int:
    """Return the position behind a string that starts with its quote."""
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == quote:
            return position + 1
        else:
            position += 1
    raise ValueError(f"{quote} is missing")
