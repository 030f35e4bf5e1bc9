"""Putting the values of words into a tree."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import fiddle as fdl

from nemo_run._masking import masked_text
from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import signature_of
from nemo_run.cli._parse.errors import ArgumentParsingError, CLIException
from nemo_run.cli._parse.operations import Operation, combine
from nemo_run.cli._parse.places import locate
from nemo_run.cli._parse.words import Attr, Word, is_positional, parse_word
from nemo_run_domain.secrets import MASK

Read = Callable[[str, Any, Any, str], Any]
"""Text, annotation, owner and name of a parameter -> value."""

_IGNORED = ("_target_", "_partial_")


def assign_words(root: Any, words: Sequence[str], *, create: bool, read: Read) -> Any:
    """Do what words say, from left to right; those without a key go to parameters in order.

    Args:
        root: What is changed, in place.
        words: ``key=value`` and values.
        create: See ``locate``.
        read: Reads the values.

    Raises:
        CLIException: A word cannot be used.

    Returns:
        ``root``.
    """
    for word in list(_with_keys(root, words)):  # all are of the right form before one is used
        assign(root, word, create=create, read=read)
    return root


def assign(root: Any, word: Word, *, create: bool, read: Read) -> None:
    """Do what one word says; see ``assign_words``."""
    first = word.steps[0]
    if len(word.steps) == 1 and isinstance(first, Attr) and first.name in _IGNORED:
        return
    try:
        place = locate(root, word.steps, create=create)
        value = read(word.value, place.hint, place.owner, place.name)
        if word.operation is not Operation.ASSIGN:
            value = combine(word.operation, place.get(), value)
        place.set(value)
    except CLIException as error:
        error.note_word(word.text, word.key, word.value)
        if masked_text(word.value, word.key) == MASK:
            error.hide(word.value)
        raise
    except RecursionError as error:
        raise ArgumentParsingError("The value is nested too deeply", word.text, {}) from error


def _with_keys(root: Any, words: Iterable[str]) -> Iterable[Word]:
    names: list[str] | None = None
    has_key = False
    for count, text in enumerate(words):
        if not is_positional(text):
            has_key = True
            yield parse_word(text)
            continue
        names = _positional_names(root, text) if names is None else names
        if has_key:
            raise ArgumentParsingError("Positional argument found after keyword argument", text, {})
        if text.startswith("--"):
            raise ArgumentParsingError("Invalid argument format: expected key=value, got an option", text, {})
        if count >= len(names):
            message = f"Too many positional arguments: {class_to_str(_target(root))} takes {len(names)}"
            raise ArgumentParsingError(message, text, {"max_positional": len(names)})
        yield Word((Attr(names[count]),), Operation.ASSIGN, text, text)


def _positional_names(root: Any, text: str) -> list[str]:
    if not isinstance(root, fdl.Buildable):
        raise ArgumentParsingError("Invalid argument format: expected key=value", text, {})
    parameters = signature_of(_target(root)).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in kinds]


def _target(root: Any) -> Any:
    return root.__fn_or_cls__
