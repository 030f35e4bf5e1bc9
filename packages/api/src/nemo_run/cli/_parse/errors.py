"""What is wrong with the words of a command line."""

from __future__ import annotations

import re
from typing import Any

from nemo_run._types.describe import class_to_str
from nemo_run_domain.errors import InvalidConfigError, NotFoundError
from nemo_run_domain.secrets import MASK

UNSHOWN = "the value is not shown, as a name in the word says that it is secret"
_PIECE = re.compile(r"\w+")


def _printable(text: str) -> str:
    """Return a text that every terminal and log takes: arguments may hold bytes that are no UTF-8."""
    return text.encode(errors="backslashreplace").decode()


class CLIException(InvalidConfigError):  # noqa: N818 - a published name
    """A word cannot be used.

    Attributes:
        message: What is wrong, in one sentence.
        arg: The word, or the part of it that is wrong.
        context: What else is known.
    """

    def __init__(self, message: str, arg: str, context: dict[str, Any]) -> None:
        super().__init__(message, arg, context)
        self.message = message
        self.arg = arg
        self.context = context

    def __str__(self) -> str:
        return _printable(f"{self.message} (Argument: {self.arg}, Context: {self.context})")

    @property
    def sentence(self) -> str:
        """What to tell users in one sentence."""
        return _printable(self.message)

    def user_friendly_message(self) -> str:
        """Return the text with the word in front."""
        return _printable(f"Error processing argument '{self.arg}': {self}")

    def note_word(self, word: str, key: str, value: str) -> None:
        """Remember in which word the problem is; called from the inside out."""
        self.arg = word
        self.context = {**self.context, "key": key, "value": value}

    def hide(self, value: str) -> None:
        """Leave a secret out of what is told, in whatever form.

        Args:
            value: Text of which no part may be told.
        """
        key = self.context.get("key")
        pieces = [piece for piece in (value, *_PIECE.findall(value)) if piece]
        self.message = UNSHOWN if any(piece in self.message for piece in pieces) else self.message
        self.arg = f"{key}={MASK}" if key else MASK
        self.context = {"key": key, "value": MASK} if key else {}
        self.args = (self.message, self.arg, self.context)
        self.__cause__ = self.__context__ = None  # they tell what they were given


class ArgumentParsingError(CLIException):
    """A word is not of the form ``key=value``, or a positional one is in the wrong place."""


class TypeParsingError(CLIException):
    """A parser failed in a way it should not."""


class OperationError(CLIException):
    """An operator cannot combine two values; ``arg`` is ``OLD += NEW``."""

    def note_word(self, word: str, key: str, value: str) -> None:
        operands = self.arg
        super().note_word(word, key, value)
        self.arg = operands
        self.context["word"] = word


class ArgumentValueError(CLIException):
    """There is nothing of that name or at that index."""


class UndefinedVariableError(CLIException):
    """An operator was used on what has no value."""

    @property
    def sentence(self) -> str:
        key = self.context.get("key")
        return f"{super().sentence}{f': {key} has no value' if key else ''}"


class FactoryError(CLIException):
    """A factory, or the module it is in, raised an error; the error is the cause."""


class ParseError(CLIException):
    """A text is not a value of the type that is asked for.

    Attributes:
        value: The text.
        expected_type: The annotation.
        reason: What is wrong.
    """

    def __init__(self, value: str, expected_type: Any, reason: str) -> None:
        message = f"Failed to parse '{value}' as {expected_type}: {reason}"
        super().__init__(message, value, {"expected_type": expected_type})
        self.args = (value, expected_type, reason)
        self.value = value
        self.expected_type = expected_type
        self.reason = reason

    def hide(self, value: str) -> None:
        self.reason, self.value = UNSHOWN, MASK
        self.message = f"Failed to parse '{MASK}' as {self.expected_type}: {UNSHOWN}"
        super().hide(value)
        self.args = (MASK, self.expected_type, UNSHOWN)

    @property
    def sentence(self) -> str:
        key = self.context.get("key")
        place = f"{key}: " if key else ""
        kind = class_to_str(self.expected_type) or "value"
        return _printable(f"{place}{self.value!r} is no {kind}: {self.reason}")

    def note_word(self, word: str, key: str, value: str) -> None:
        super().note_word(word, key, value)
        if not self.message.startswith("Error parsing argument"):
            self.message = f"Error parsing argument: {self.message}"


class LiteralParseError(ParseError):
    """Not one of the values a ``Literal`` allows."""


class CollectionParseError(ParseError):
    """Not a collection, or one with a wrong item."""


class ListParseError(CollectionParseError):
    """Not a list, or one with a wrong item."""


class DictParseError(CollectionParseError):
    """Not a dictionary, or one with a wrong key or value."""


class UnknownTypeError(ParseError):
    """No text can be read as that type."""


class UnknownFactoryError(UnknownTypeError, NotFoundError):
    """Nothing of that name makes a value of that type."""

    def __init__(self, value: str, expected_type: Any, reason: str) -> None:
        super().__init__(value, expected_type, reason)
        self.message = reason

    @property
    def sentence(self) -> str:
        return _printable(self.reason)

    def note_word(self, word: str, key: str, value: str) -> None:
        CLIException.note_word(self, word, key, value)
