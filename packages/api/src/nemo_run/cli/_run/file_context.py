"""The ``run:`` block of a configuration file: executor, plugins and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nemo_run.cli._run import choices
from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.cli._run.view import ContextView, extras_of


def apply(context: ContextView, block: Mapping[str, Any]) -> None:
    """Set what a file says and neither an option nor a word does.

    Raises:
        ValueError: An unknown name, or a value that cannot be.
    """
    extras = extras_of(context)
    for name, value in block.items():
        if name in extras.given:
            continue
        if name == "executor":
            built = choices.built_from_data(value, context.parse_executor, extras.default_executor)
            context.executor = built[0] if built else None
        elif name == "plugins":
            context.plugins = _plugins(context, value)
        else:
            _set(context, name, value)


def _plugins(context: ContextView, value: Any) -> list[Any]:
    default = extras_of(context).default_plugins
    found: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        found += choices.built_from_data(item, context.parse_plugin, default)
    return found


def _set(context: Any, name: str, value: Any) -> None:
    from nemo_run._data.from_data import from_data
    from nemo_run._types.hints import hints_of
    from nemo_run.cli._parse.suggest import did_you_mean

    hints = hints_of(type(context))
    if name not in hints:
        raise InvalidOptionError(f"run.{name} in the file is no option.{did_you_mean(name, hints)}")
    try:
        setattr(context, name, from_data(value, hints[name], owner=type(context), name=name))
    except ValueError as error:
        raise InvalidOptionError(f"run.{name} in the file: {error}") from error
