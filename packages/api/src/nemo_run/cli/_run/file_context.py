"""The ``run:`` block of a configuration file: executor, plugins and options."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from nemo_run.cli._run import choices
from nemo_run.cli._run.defaults import is_empty
from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.cli._run.view import ContextView, extras_of
from nemo_run.exceptions import InvalidConfigError

_FILES = ("yaml", "load")


def sources(context: ContextView) -> tuple[Any, Any]:
    """Return the factory and the file of a context, files as what is in them; each is read once.

    Raises:
        ValueError: A file that cannot be used.
    """
    factory = context.factory
    if isinstance(factory, str) and factory.startswith("@"):
        factory = _content(context, factory)
    return factory, None if context.yaml is None else _content(context, context.yaml)


def _content(context: ContextView, reference: str) -> Any:
    from nemo_run.cli._lazy.files import read_whole

    contents = extras_of(context).contents
    if reference not in contents:
        contents[reference] = read_whole(reference)
    return contents[reference]


def is_pending(context: ContextView) -> bool:
    """Whether files are named whose blocks are not applied yet."""
    return extras_of(context).applied != (context.factory, context.yaml)


def apply(context: ContextView) -> None:
    """Set what files say and neither an option nor a word does.

    Executor and plugins become what words change.

    Raises:
        ValueError: An unknown name, or a value that cannot be.
    """
    extras = extras_of(context)
    extras.applied = (context.factory, context.yaml)
    block: dict[str, tuple[Any, Any]] = {}
    for source in sources(context):
        document = getattr(source, "document", None)
        block.update({name: (value, document) for name, value in getattr(source, "context", {}).items()})
    for name, (value, document) in block.items():
        with _located(name, document):
            _check(name, value)
    for name, (value, document) in block.items():
        if name not in extras.given:
            with _located(name, document):
                _apply(context, name, value)


@contextlib.contextmanager
def _located(name: str, document: Any) -> Iterator[None]:
    """Let errors begin with the place in the file."""
    try:
        yield
    except InvalidConfigError as error:
        from nemo_run._data.errors import located

        raise located(error, document.place(["run", name]) if document else "") from error


def _check(name: str, value: Any) -> None:
    if name in _FILES and value is not None:
        raise InvalidOptionError(f"run.{name} in the file: a file cannot name another one; give --{name}")


def _apply(context: ContextView, name: str, value: Any) -> None:
    if name in ("executor", "plugins"):
        extras_of(context).from_file[name] = _chosen(context, name, value)
    else:
        _set(context, name, value)


def _chosen(context: ContextView, name: str, value: Any) -> Any:
    """Return the configuration of the executor, or those of plugins, that a file asks for."""
    extras = extras_of(context)
    if name == "executor":
        found = choices.configs_from_data(value, context.parse_executor, extras.default_executor, name)
        return found[0] if found else None
    items = value if isinstance(value, list) else [value]
    default = extras.default_plugins
    return [c for i in items for c in choices.configs_from_data(i, context.parse_plugin, default, name)]


def _set(context: Any, name: str, value: Any) -> None:
    from nemo_run._data.from_data import from_data
    from nemo_run._suggest import did_you_mean
    from nemo_run._types.hints import hints_of

    hints = hints_of(type(context))
    if name not in hints:
        raise InvalidOptionError(f"run.{name} in the file is no option.{did_you_mean(name, hints)}")
    try:
        setattr(context, name, from_data(value, hints[name], owner=type(context), name=name))
    except ValueError as error:
        raise InvalidOptionError(f"run.{name} in the file: {error}") from error
    if is_empty(name, value):
        raise InvalidOptionError(f"run.{name} in the file is empty: give a value, or leave it out")
