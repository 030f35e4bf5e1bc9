"""Values for options that a command line does not give."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypedDict

from nemo_run.cli._run.errors import InvalidOptionError


class CommandDefaults(TypedDict, total=False):
    """Options of ``run.cli.main(cmd_defaults=...)``; one that is given on the command line wins."""

    name: str
    factory: str
    direct: bool
    dryrun: bool
    load: str
    yaml: str
    repl: bool
    detach: bool
    skip_confirmation: bool
    tail_logs: bool
    rich_exceptions: bool
    rich_traceback: bool
    rich_locals: bool
    rich_theme: str
    verbose: bool
    to_yaml: str
    to_toml: str
    to_json: str


_TEXTS = ("name", "factory", "load", "yaml", "rich_theme", "to_yaml", "to_toml", "to_json")


def check_defaults(defaults: Mapping[str, Any]) -> None:
    """Check the names and types of defaults.

    Raises:
        InvalidOptionError: One is unknown, or has a value of another type.
    """
    for name, value in defaults.items():
        if name not in CommandDefaults.__annotations__:
            known = ", ".join(CommandDefaults.__annotations__)
            raise InvalidOptionError(f"cmd_defaults has the unknown key {name!r}; there are {known}")
        kind = str if name in _TEXTS else bool
        if value is not None and not isinstance(value, kind):
            raise InvalidOptionError(f"cmd_defaults[{name!r}] must be of type {kind.__name__}, not {value!r}")
        if is_empty(name, value):
            raise InvalidOptionError(f"cmd_defaults[{name!r}] is empty; leave it out or give a value")


def is_empty(name: str, value: Any) -> bool:
    """Whether an option that takes text was given none: a variable of a shell that is not set, mostly."""
    return name in (*_TEXTS, "executor") and isinstance(value, str) and not value.strip()


def check_executor(executor: Any) -> None:
    """Check that a default executor is one, or a configuration.

    Raises:
        InvalidOptionError: It is something else: a function that makes one has to be called.
    """
    fields = getattr(type(executor), "__flatten__", None) or getattr(type(executor), "to_config", None)
    if executor is not None and fields is None:
        raise InvalidOptionError(f"default_executor must be a Config of an executor, not {executor!r}")


def check_factory(factory: Any) -> None:
    """Check that a default factory can be called: it is, without arguments.

    Raises:
        InvalidOptionError: It needs some.
    """
    if not inspect.isroutine(factory):
        return
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):  # some of C tell nobody
        return
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in optional]
    if needed:
        raise InvalidOptionError(
            f"default_factory {factory.__name__!r} must take no arguments: give {needed[0]!r} a default"
        )


def completed(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, the defaults, and nothing else."""
    explicit = {name: value for name, value in given.items() if value is not None}
    return {**{name: value for name, value in defaults.items() if value is not None}, **explicit}
