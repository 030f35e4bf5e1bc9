"""Log output: splitting into lines, filtering, prefixes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nemo_run_domain.errors import InvalidConfigError

PREFIX_LENGTH = 10
"""How many characters of a role's name stand in front of its lines."""

_GREEN = "\x1b[32m"
_RESET = "\x1b[0m"
_INNER_END = re.compile(r"(?:\r(?!\n)|\n)(?=.)", re.DOTALL)


def line_prefix(role: str, replica: int = 0) -> str:
    """Return what stands before each line: the end of the role's name and the replica."""
    return f"{role[-PREFIX_LENGTH:]}/{replica}"


def prefixed(text: str, prefix: str, *, color: bool = False) -> str:
    """Put ``prefix`` before the text, and again behind each carriage return and inner line end."""
    mark = f"{_GREEN}{prefix}{_RESET} " if color else f"{prefix} "
    return mark + _INNER_END.sub(lambda match: match[0] + mark, text)


def compile_filter(regex: str | None) -> re.Pattern[str] | None:
    """Return the pattern that lines must contain.

    Raises:
        InvalidConfigError: The expression is none; says where.
    """
    if regex is None:
        return None
    try:
        return re.compile(regex)
    except re.error as error:
        raise InvalidConfigError(f"{regex!r} is no regular expression: {error}") from error


@dataclass(slots=True)
class LineAssembler:
    """Turns chunks of bytes into whole lines; undecodable bytes are replaced."""

    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")(errors="replace")
    )
    _rest: list[str] = field(default_factory=list[str])

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the lines that are complete now, line ends included."""
        first, *others = self._decoder.decode(data).split("\n")
        if first:
            self._rest.append(first)
        for text in others:
            yield f"{''.join(self._rest)}\n"
            self._rest = [text]

    def close(self) -> Iterator[str]:
        """Yield what is left, with a line end added."""
        text = "".join(self._rest) + self._decoder.decode(b"", final=True)
        self._rest = []
        if text:
            yield f"{text}\n"


def tail(lines: Iterable[str], count: int) -> tuple[str, ...]:
    """Return the last ``count`` lines without their ends."""
    kept = [line.rstrip("\r\n") for line in lines]
    return tuple(kept[-count:]) if count > 0 else ()
