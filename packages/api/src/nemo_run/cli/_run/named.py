"""Executors and plugins by the names that people write on a command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from nemo_run._registry import factories
from nemo_run._suggest import did_you_mean
from nemo_run.cli._parse import calls
from nemo_run.cli._parse.errors import UnknownFactoryError
from nemo_run.cli._parse.factories import parse_factory
from nemo_run.cli._parse.literals import items_of, split
from nemo_run.cli._parse.texts import from_text
from nemo_run.cli._run.errors import InvalidOptionError, UnknownNameError
from nemo_run.core.execution.base import Executor
from nemo_run.run.plugin import ExperimentPlugin

_CALL = re.compile(r"(?P<name>[^()\[\]]+?)\s*(?:\((?P<arguments>.*)\))?", re.DOTALL)


def executor(owner: type, text: str) -> Any:
    """Return the configuration of an executor: of a factory, of a profile, or of ``executors.py``.

    Args:
        owner: ``RunContext`` or a subclass; factories may be registered for its parameters.
        text: ``NAME`` or ``NAME(arguments)``.

    Raises:
        UnknownNameError: There is none of that name; says what there is.
        InvalidConfigError: Arguments that cannot be.
    """
    found = _from_factory(owner, "executor", Executor, text)
    return _from_place(owner, text) if found is None else found


def plugins(owner: type, text: str) -> Any:
    """Return the configuration of a plugin, or a list of them for ``[NAME, NAME(arguments)]``.

    Raises:
        UnknownNameError: There is none of that name; says what there is.
        InvalidConfigError: Arguments that cannot be.
    """
    text = text.strip()
    if text.startswith("["):
        return [_plugin(owner, item) for item in items_of(text, ("[]",))]
    return _plugin(owner, text)


def _plugin(owner: type, text: str) -> Any:
    found = _from_factory(owner, "plugins", ExperimentPlugin, text)
    if found is None:
        names = _registered(owner, "plugins", ExperimentPlugin)
        raise UnknownNameError(f"Plugin {text} not found.{_told(text, names)}")
    return found


def _from_factory(owner: type, parameter: str, kind: type, text: str) -> Any:
    """Return what a factory for a class, or for any subclass, makes; None if none has that name."""
    call = calls.parse_call(text)
    if call is None:
        return None
    found = _registered(owner, parameter, kind).get(call.name)
    if found is not None:
        return calls.call_factory(found, call, calls.Spot(owner, parameter, kind), from_text)
    try:
        return parse_factory(owner, parameter, kind, text)
    except UnknownFactoryError:
        return None


def _registered(owner: type, parameter: str, kind: type) -> dict[str, Callable[..., Any]]:
    """Return name -> factory for everything that makes sense there; the closest counts."""
    found: dict[str, Callable[..., Any]] = {}
    for base in owner.__mro__[:-1]:
        for hint in (kind, list[kind]):
            found = {**factories.candidates(base, parameter, hint), **found}
    return {**factories.of_kind(kind), **found}


def _from_place(owner: type, text: str) -> Any:
    from nemo_run.core.execution._profiles import (
        ExecutorNotFoundError,
        executor_names,
        named_executor_config,
    )

    match = _CALL.fullmatch(text.strip())
    try:
        if match is not None:
            return named_executor_config(match["name"], **_keywords(text, match["arguments"] or ""))
    except ExecutorNotFoundError:
        pass
    names = [*_registered(owner, "executor", Executor), *executor_names()]
    raise UnknownNameError(f"Executor {text} not found.{_told(text, names)}") from None


def _keywords(text: str, arguments: str) -> dict[str, Any]:
    """Return what stands in the brackets behind the name of a profile."""
    found: dict[str, Any] = {}
    for part in split(arguments, ",") if arguments.strip() else ():
        key, sign, value = part.partition("=")
        if not sign:
            raise InvalidOptionError(f"{text}: write {part.strip()!r} as FIELD={part.strip()}")
        found[key.strip()] = _literal(value.strip())
    return found


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _told(name: str, names: Iterable[str]) -> str:
    known = sorted(set(names))
    there = f" There are {', '.join(known)}" if known else " There are none"
    return did_you_mean(name, known) or there
