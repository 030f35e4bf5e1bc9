"""The words for the context: ``run.FIELD=value``, ``executor=NAME``, ``plugins=NAME``."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from nemo_run.cli._run import choices, file_context
from nemo_run.cli._run.defaults import is_empty
from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.cli._run.view import ContextView, extras_of
from nemo_run.exceptions import InvalidConfigError

_SHORT = ("executor", "plugins")


def apply(context: ContextView, words: Sequence[str]) -> list[str]:
    """Apply the words for the context; returns those for the function.

    Raises:
        ValueError: An unknown field, executor or plugin, or a value that cannot be.
    """
    parameters = extras_of(context).parameters
    value, ours, others = split_prefixed(words, "run")
    if value is not None:
        if "run" not in parameters:
            raise InvalidOptionError(
                f"run={value} sets nothing: write run.FIELD=VALUE, such as run.name=VALUE"
            )
        others.append(f"run={value}")
    others = _take_short(others, parameters, ours)
    with _as_typed(words):
        _do(context, ours)
    return others


def _do(context: ContextView, words: list[str]) -> None:
    """Apply words without their prefix ``run.``: those for options, then files, then all others."""
    executor, of_executor, words = split_prefixed(words, "executor")
    plugins, of_plugins, words = split_prefixed(words, "plugins")
    _set_fields(context, words)
    for name, value in {"executor": executor, "plugins": plugins}.items():
        if value is not None and not value.strip():
            raise InvalidOptionError(f"{name}= is empty: give a name, or None for none")
    _note(context, {"executor": executor is not None, "plugins": plugins is not None})
    file_context.apply(context)
    context.executor = choices.choose_executor(context, executor, of_executor)
    context.plugins = choices.choose_plugins(context, plugins, of_plugins)


@contextlib.contextmanager
def _as_typed(words: Sequence[str]) -> Iterator[None]:
    """Let errors show words as they were typed, instead of the part of them that is wrong."""
    try:
        yield
    except InvalidConfigError as error:
        part = getattr(error, "arg", None)
        if isinstance(part, str) and part:
            inside = re.compile(rf"(?:\b|(?=\W)){re.escape(part)}")
            error.arg = next(filter(inside.search, words), part)  # type: ignore[attr-defined]
        raise


def split_prefixed(words: Sequence[str], prefix: str) -> tuple[str | None, list[str], list[str]]:
    """Separate the words whose first segment is ``prefix`` from the others.

    Returns:
        The value of ``prefix=VALUE``; the words ``prefix.X`` and ``prefix[...]`` without the prefix; the
        other words.

    Raises:
        InvalidOptionError: An operator on the prefix itself.
    """
    begin = re.compile(rf"{re.escape(prefix)}(?:(?P<into>[.\[])|\s*(?P<operator>[-+*/|&]?=)\s*)")
    value: str | None = None
    ours: list[str] = []
    others: list[str] = []
    for word in words:
        match = begin.match(word)
        if match is None:
            others.append(word)
        elif match["into"]:
            ours.append(word[match.end() :] if match["into"] == "." else word[match.start("into") :])
        elif match["operator"] != "=":
            raise InvalidOptionError(f"{word}: only {prefix}=VALUE is possible, not {match['operator']}")
        else:
            value = word[match.end() :]
    return value, ours, others


def _take_short(words: Sequence[str], parameters: Collection[str], ours: list[str]) -> list[str]:
    """Add ``executor=...`` and ``plugins=...`` to our words, unless the function has such parameters."""
    others = []
    for word in words:
        name = re.split(r"[.\[=]|\s*[-+*/|&]=", word, maxsplit=1)[0].strip()
        if name in _SHORT and name not in parameters:
            ours.append(word)
        elif name == "ctx" and "ctx" in parameters:
            raise InvalidOptionError(f"{word}: write run.{word.partition('.')[2] or 'FIELD=VALUE'}")
        else:
            others.append(word)
    return others


def _set_fields(context: Any, words: list[str]) -> None:
    if not words:
        return
    from nemo_run.cli._parse.apply import parse_cli_args

    parse_cli_args(context, words, context)
    names = {re.split(r"[.\[=\s]", word, maxsplit=1)[0] for word in words}
    for name in names:
        if is_empty(name, getattr(context, name, None)):
            raise InvalidOptionError(f"run.{name}= is empty: give a value, or leave it out")
    _note(context, dict.fromkeys(names, True))


def _note(context: ContextView, names: Mapping[str, bool]) -> None:
    """Remember what words have set."""
    extras = extras_of(context)
    extras.given = extras.given.union(name for name, was_set in names.items() if was_set)
