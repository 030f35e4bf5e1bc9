"""Executors and plugins by the names that people write on a command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nemo_run._config.buildables import Partial
from nemo_run._registry import discovery, factories
from nemo_run._suggest import did_you_mean
from nemo_run.cli._parse import calls
from nemo_run.cli._parse.apply import parse_cli_args
from nemo_run.cli._parse.literals import items_of
from nemo_run.cli._parse.texts import from_text
from nemo_run.cli._run import kinds
from nemo_run.cli._run.errors import UnknownNameError
from nemo_run.core.execution.base import Executor
from nemo_run.run.plugin import ExperimentPlugin

if TYPE_CHECKING:
    from nemo_run.core.execution._profiles import Source

_CALL = re.compile(r"(?P<name>[^()\[\]]+?)\s*(?P<arguments>(?:\(.*\))?)", re.DOTALL)


def executor(owner: type, text: str) -> Any:
    """Return the configuration of an executor: of a factory, of a profile, or of ``executors.py``.

    Args:
        owner: ``RunContext`` or a subclass; factories may be registered for its parameters.
        text: ``NAME`` or ``NAME(arguments)``.

    Raises:
        UnknownNameError: There is none of that name; says what there is.
        InvalidConfigError: Arguments that cannot be, or the name of something else.
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
    spot = calls.Spot(owner, parameter, kind)
    found = _registered(owner, parameter, kind).get(call.name)
    if found is not None:
        return kinds.checked(calls.call_factory(found, call, spot, from_text), kind, text)
    elsewhere = calls.find_elsewhere(call, spot, load=True)
    if elsewhere is None:
        return None
    kinds.check_before(elsewhere[0], kind, text)
    return kinds.checked(calls.value_of(call, elsewhere[0], spot, from_text), kind, text)


def _registered(owner: type, parameter: str, kind: type) -> dict[str, Callable[..., Any]]:
    """Return name -> factory for everything that makes sense there; the closest counts."""
    found: dict[str, Callable[..., Any]] = {}
    for base in owner.__mro__[:-1]:
        for hint in (kind, list[kind]):
            found = {**factories.candidates(base, parameter, hint), **found}
    return {**factories.of_kind(kind), **found}


def _from_place(owner: type, text: str) -> Any:
    from nemo_run.core.execution._profiles import ExecutorNotFoundError, executor_names, executor_source

    call = _call(text)
    try:
        if call is not None:
            return _configured(executor_source(call.name), call.arguments)
    except ExecutorNotFoundError:
        pass
    names = [*_registered(owner, "executor", Executor), *executor_names()]
    name = text if call is None else call.name
    way = "" if names else "; `nemorun executors` says where to name one, and executor=local needs no name"
    raise UnknownNameError(f"Executor {text} not found.{_told(name, names)}{way}") from None


def _call(text: str) -> calls.Call | None:
    """Return what a text says, as for factories; but names of executors may be any text."""
    match = _CALL.fullmatch(text.strip())
    call = None if match is None else calls.parse_call(f"name{match['arguments']}")
    return None if match is None or call is None else replace(call, name=match["name"], text=text)


def _configured(source: Source, words: Sequence[str]) -> Any:
    """Return the configuration of an executor with words applied: to it, or to the function that makes it."""
    if source.function is None:
        return parse_cli_args(source.config({}), words)
    filled = parse_cli_args(Partial(source.function, bind_args=False), words)
    return source.config({str(name): value for name, value in filled.__arguments__.items()})


def _told(name: str, names: Iterable[str]) -> str:
    known = sorted(set(names))
    there = f" There are {', '.join(known)}" if known else " There are none"
    left_out = ", ".join(discovery.plugins_left_out())
    note = f". Plug-ins ({left_out}) are not loaded in scripts and with --lazy" if left_out else ""
    return f"{(did_you_mean(name, known) or there).rstrip('.')}{note}"
