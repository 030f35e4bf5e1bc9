"""Which executor and which plugins: by name, changed by words."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nemo_run.cli._run.errors import InvalidOptionError, NothingToChangeError
from nemo_run.cli._run.view import ContextView, extras_of

_NOTHING = ("none", "null")


def choose_executor(context: ContextView, name: str | None, words: Sequence[str]) -> Any:
    """Return the executor that words ask for, built.

    Args:
        context: Has the default.
        name: ``NAME`` or ``NAME(arguments)``; ``None`` as a word: no executor.
        words: ``FIELD=value``, applied to a copy.

    Raises:
        ValueError: No executor of that name, or a word that does not fit.
    """
    if name is not None and name.strip().lower() in _NOTHING:
        return None
    if name is not None:
        return _built(context.parse_executor(name, *words))
    default = _default(context, "executor")
    if default is None:
        if words:
            raise NothingToChangeError(words[0], "executor", "executor")
        return None
    return _built(_changed(_as_config(default), words))


def choose_plugins(context: ContextView, name: str | None, words: Sequence[str]) -> list[Any]:
    """Return the plugins that words ask for, built; see ``choose_executor``."""
    if name is not None and name.strip().lower() in _NOTHING:
        return []
    if name is not None:
        return _as_list(_built(context.parse_plugin(name, *words)))
    default = _default(context, "plugins")
    if not default:
        if words:
            raise NothingToChangeError(words[0], "plugin", "plugins")
        return []
    several = isinstance(default, (list, tuple))
    configs: Any = [_as_config(item) for item in default] if several else _as_config(default)
    if several and len(configs) == 1 and not any(word.startswith("[") for word in words):
        configs = configs[0]
    return _as_list(_built(_changed(configs, words)))


def _default(context: ContextView, name: str) -> Any:
    """Return what there is without words: what a file says, the default of the command, or what was set."""
    extras = extras_of(context)
    if name in extras.from_file:
        return extras.from_file[name]
    default = getattr(extras, f"default_{name}")
    return getattr(context, name) if default is None else default


def executor_config(owner: type, name: str, words: Sequence[str]) -> Any:
    """Return the configuration of an executor, changed by words.

    Raises:
        ValueError: There is none of that name, or a word that does not fit.
    """
    from nemo_run.cli._run import named

    return _changed(_as_config(named.executor(owner, name)), words)


def plugin_configs(owner: type, name: str, words: Sequence[str]) -> Any:
    """Return the configuration of a plugin, or a list of them for a list of names, changed by words.

    Raises:
        ValueError: There is none of that name, or a word that does not fit.
    """
    from nemo_run.cli._run import named

    found = named.plugins(owner, name)
    several = isinstance(found, (list, tuple))
    return _changed([_as_config(item) for item in found] if several else _as_config(found), words)


def _changed(config: Any, words: Sequence[str]) -> Any:
    if not words:
        return config
    from nemo_run.cli._parse.apply import parse_cli_args

    return parse_cli_args(config, list(words))


def _as_config(value: Any) -> Any:
    """Return a configuration that may be changed."""
    from nemo_run._translate import is_configured

    if is_configured(value):
        return copy.deepcopy(value)
    return value.to_config() if hasattr(value, "to_config") else copy.deepcopy(value)


def _built(value: Any) -> Any:
    from nemo_run._config.build import build

    return build(value)


def _as_list(value: Any) -> list[Any]:
    return [*value] if isinstance(value, (list, tuple)) else [value]


def configs_from_data(value: Any, by_name: Callable[..., Any], default: Any, name: str) -> list[Any]:
    """Return the configurations of what a file says about an executor or plugins.

    Args:
        value: A name, or a mapping with ``_factory_`` or ``_target_``, or of fields of the default.
        by_name: Name -> configuration.
        default: What fields without a name change.
        name: ``executor`` or ``plugins``.

    Raises:
        ValueError: Something that does not fit.
    """
    from nemo_run._data.from_data import from_data
    from nemo_run._data.merge import apply_data

    if value is None:
        return []
    if isinstance(value, str):
        return _as_list(by_name(value))
    if not isinstance(value, Mapping):
        raise InvalidOptionError(f"an executor or plugin in a file is a name or a mapping, not {value!r}")
    if "_target_" in value:
        return [from_data(value, Any)]
    fields = {name: part for name, part in value.items() if name != "_factory_"}
    config = by_name(value["_factory_"]) if "_factory_" in value else _as_config(default)
    if config is None:
        raise InvalidOptionError(
            f"{', '.join(fields)} in the file change no {name.rstrip('s')}: name one with _factory_"
        )
    return [apply_data(config, fields)]
