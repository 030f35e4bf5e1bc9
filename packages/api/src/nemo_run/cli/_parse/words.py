"""The grammar of words: ``nets[0].width*=2``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nemo_run.cli._parse.errors import ArgumentParsingError
from nemo_run.cli._parse.literals import split
from nemo_run.cli._parse.operations import Operation


@dataclass(frozen=True)
class Attr:
    """A step to something by its name."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"


@dataclass(frozen=True)
class Index:
    """A step to something by what stands in brackets.

    Attributes:
        key: A number, or the text without quotes.
        is_quoted: The text had quotes, so it is no number.
    """

    key: int | str
    is_quoted: bool = False

    def __str__(self) -> str:
        return f"[{self.key!r}]" if self.is_quoted else f"[{self.key}]"


Steps = tuple["Attr | Index", ...]


@dataclass(frozen=True)
class Word:
    """A word that sets something.

    Attributes:
        steps: The way to what is set.
        operation: What happens to it.
        value: The text behind the operator.
        text: The whole word.
    """

    steps: Steps
    operation: Operation
    value: str
    text: str

    @property
    def key(self) -> str:
        """The text in front of the operator."""
        return key_of(self.steps)


_BRACKETS = r"""\[(?:'[^'\n]*'|"[^"\n]*"|[^\]\['"\n=]+)\]"""
_KEY = rf"(?:\w+|{_BRACKETS})(?:\.\w+|{_BRACKETS})*"
_WORD = re.compile(rf"(?P<key>{_KEY})[ \t]*(?P<op>[-+*/|&]?=)[ \t]*(?P<value>.*)", re.DOTALL)
_WHOLE_KEY = re.compile(_KEY)
_STEP = re.compile(rf"\.?(?:(?P<name>\w+)|(?P<index>{_BRACKETS}))")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def parse_word(text: str) -> Word:
    """Read ``key OP value``; the value may be empty or have several lines.

    Raises:
        ArgumentParsingError: It has another form.
    """
    match = _WORD.fullmatch(text)
    if match is None:
        raise ArgumentParsingError(
            "Invalid argument format: expected key=value, with an operator of = += -= *= /= |= &= and a "
            "key of names, dots and [index]",
            text,
            {},
        )
    return Word(_steps(match["key"]), Operation(match["op"]), match["value"], text)


def parse_key(key: str) -> Steps:
    """Read what stands in front of an operator.

    Raises:
        ArgumentParsingError: It is no key.
    """
    if _WHOLE_KEY.fullmatch(key) is None:
        raise ArgumentParsingError("Invalid argument format: not a key of names, dots and [index]", key, {})
    return _steps(key)


def key_of(steps: Steps) -> str:
    """Return the text of a key."""
    return "".join(map(str, steps)).removeprefix(".")


def is_positional(text: str) -> bool:
    """Whether a word has no ``=`` but in quotes and brackets, and so is a value without a key."""
    if "=" not in text:
        return True
    if _WORD.fullmatch(text):
        return False
    try:
        return len(split(text, "=")) == 1
    except ValueError:
        return False


def _steps(key: str) -> Steps:
    return tuple(
        Attr(match["name"]) if match["name"] is not None else _index(match["index"][1:-1].strip())
        for match in _STEP.finditer(key)
    )


def _index(text: str) -> Index:
    if text[:1] in ("'", '"'):
        return Index(text[1:-1], is_quoted=True)
    return Index(int(text) if _NUMBER.fullmatch(text) else text)
