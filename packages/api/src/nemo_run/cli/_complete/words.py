"""The line that is being typed, taken apart as a shell would."""

from __future__ import annotations

from dataclasses import dataclass

_ENDS_COMMAND = "|;&\n"
_SPECIAL = set(" \t\n\\'\"`$&|;<>()*?[]{}#~!")


@dataclass(frozen=True)
class Typed:
    """A word of the line.

    Attributes:
        raw: As it was typed.
        text: As a program would get it.
        quote: The quotation mark that is still open at its end, or nothing.
    """

    raw: str = ""
    text: str = ""
    quote: str = ""

    def extended(self, value: str) -> str:
        """Return what was typed, gone on to mean ``value``, which starts with ``text``."""
        rest = value[len(self.text) :]
        if self.quote == "'":
            return self.raw + rest.replace("'", "'\\''")
        if self.quote == '"':
            return self.raw + "".join(f"\\{c}" if c in '"$`\\' else c for c in rest)
        return self.raw + "".join(f"\\{c}" if c in _SPECIAL else c for c in rest)


def split(line: str) -> list[Typed]:
    """Return the words of the last command on a line; the last one, perhaps empty, is being typed."""
    words: list[Typed] = []
    current: Typed | None = None
    position = 0
    while position < len(line):
        char = line[position]
        if char in _ENDS_COMMAND:
            words, current = [], None
            position += 1
        elif char in " \t":
            if current is not None:
                words.append(current)
            current = None
            position += 1
        else:
            current, position = _piece(line, position, current or Typed())
    return [*words, current or Typed()]


def _piece(line: str, start: int, word: Typed) -> tuple[Typed, int]:
    """Read a quoted part, an escaped character or a plain one onto a word; return where it ended."""
    char = line[start]
    if char == "\\":
        end = min(start + 2, len(line))
        return Typed(word.raw + line[start:end], word.text + line[start + 1 : end]), end
    if char not in "'\"":
        return Typed(word.raw + char, word.text + char), start + 1
    text, position = "", start + 1
    while position < len(line) and line[position] != char:
        if char == '"' and line[position] == "\\" and line[position + 1 : position + 2] in tuple('"\\$`'):
            position += 1
        text += line[position]
        position += 1
    is_closed = position < len(line)
    end = position + is_closed
    return Typed(word.raw + line[start:end], word.text + text, "" if is_closed else char), end
