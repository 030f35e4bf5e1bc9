"""What a lazy entry point recorded -> the configuration it stands for.

A factory's result, or the function itself, then files, then words: those without a dot in their key
first, then those with one.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import fiddle as fdl

from nemo_run._types.hints import signature_of
from nemo_run.cli._lazy import defaults, interpolation, starting
from nemo_run.cli._lazy.entries import Entry, in_order, is_word, text_of
from nemo_run.cli._lazy.errors import LazyConfigError
from nemo_run.cli._lazy.importable import imported
from nemo_run.cli._lazy.merging import merge_file
from nemo_run.cli._lazy.targets import LazyTarget
from nemo_run.cli._lazy.verbatim import Verbatim
from nemo_run.cli._parse.apply import apply_words
from nemo_run.cli._parse.operations import Operation, combine
from nemo_run.cli._parse.places import locate
from nemo_run.cli._parse.words import parse_key


def resolve(
    target: Any, factory: Any, entries: Sequence[Entry], documents: Mapping[int, Any], ctx: Any = None
) -> Any:
    """Return the ``Partial`` of a task.

    Args:
        target: A callable or something lazy.
        factory: Name or callable to start from; None: the default one of an entry point, or none.
        entries: What was recorded.
        documents: Id of the data in an entry -> document it was read from.
        ctx: For a function with the parameter ``ctx``.

    Raises:
        ValueError: Something recorded does not fit, or ``ctx`` is missing.
        ImportError: The target cannot be imported.
    """
    function = imported(target)
    if factory is None and isinstance(target, LazyTarget):
        factory = getattr(target.entrypoint, "default_factory", None)
    files, changes = interpolation.interpolate(*in_order(entries, documents))
    root, files = starting.start(target, function, factory, files)
    for file in files:
        merge_file(root, file)
    _apply(root, changes)
    defaults.fill(root)
    _set_context(root, function, ctx)
    return root


def _apply(root: Any, changes: Sequence[Entry]) -> None:
    words: list[str] = []
    memo: dict[int, Any] = {}
    for change in changes:
        if is_word(change):
            words.append(text_of(change))
            continue
        _apply_words(root, words)
        words = []
        _set(root, change, memo)
    _apply_words(root, words)


def _apply_words(root: Any, words: list[str]) -> None:
    if words:
        apply_words(root, words, create=True)


def _set(root: Any, change: Entry, memo: dict[int, Any]) -> None:
    """Set a value that was assigned from Python; later changes do not reach the one that was assigned."""
    path, operator, value = change
    place = locate(root, parse_key(path), create=True)
    if isinstance(value, (fdl.Buildable, list, tuple, dict, set)):
        value = copy.deepcopy(value, memo)
    elif type(value) is Verbatim:
        value = str(value)
    place.set(value if operator == "=" else combine(Operation(operator), place.get(), value))


def _set_context(root: Any, function: Any, ctx: Any) -> None:
    try:
        parameters = signature_of(function).parameters
    except (TypeError, ValueError):
        return
    if "ctx" not in parameters:
        return
    if ctx is None:
        raise LazyConfigError("ctx is required for this function")
    root._arguments_set_value("ctx", ctx)  # not by attribute: a context is no configuration
