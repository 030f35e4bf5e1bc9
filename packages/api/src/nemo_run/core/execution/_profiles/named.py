"""Executors by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemo_run._lazy import LazyModule
from nemo_run._suggest import did_you_mean
from nemo_run.config import get_nemorun_home
from nemo_run.core.execution._profiles import python_file
from nemo_run.core.execution._profiles.book import Book, open_book
from nemo_run.core.execution._profiles.errors import ExecutorNotFoundError
from nemo_run.core.execution.base import Executor
from nemo_run_domain.errors import InvalidConfigError, NemoRunError

if TYPE_CHECKING:
    from nemo_run.config import Config
    from nemo_run.core.execution._profiles import classes as _classes
    from nemo_run.core.execution._profiles import profile as _profile
else:  # completion asks for the names alone
    _classes = LazyModule("nemo_run.core.execution._profiles.classes")
    _profile = LazyModule("nemo_run.core.execution._profiles.profile")


def named_executor(name: str, **overrides: Any) -> Executor:
    """Return a new executor of that name.

    Args:
        name: Of a profile, or of something in ``executors.py``.
        **overrides: Fields on top, as in a profile that extends this one: mappings are merged. For a
            function of ``executors.py`` they are its arguments.

    Raises:
        ExecutorNotFoundError: There is none of that name; lists those there are.
        InvalidConfigError: The profile cannot work; names file, profile and field.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    found = executor_source(name).find(overrides)
    return found if isinstance(found, Executor) else built(name, found)


def named_executor_config(name: str, **overrides: Any) -> Config[Any]:
    """Return a new configuration of an executor of that name, to be changed before it is built.

    Args:
        name: As for ``named_executor``.
        **overrides: As for ``named_executor``.

    Raises:
        ExecutorNotFoundError: There is none of that name; lists those there are.
        InvalidConfigError: The profile cannot work; names file, profile and field.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    return executor_source(name).config(overrides)


@dataclass(frozen=True)
class Source:
    """Where an executor of some name comes from.

    Attributes:
        find: Given fields, or arguments of the function, returns the executor or its configuration.
        function: Of ``executors.py`` that makes it; None where nothing is called.
    """

    find: Callable[[Mapping[str, Any]], Executor | Config[Any]]
    function: Callable[..., Any] | None = None

    def config(self, overrides: Mapping[str, Any]) -> Config[Any]:
        """Return a new configuration.

        Raises:
            InvalidConfigError: It cannot work.
        """
        found = self.find(overrides)
        return found.to_config() if isinstance(found, Executor) else found


def executor_source(name: str) -> Source:
    """Return where the executor of a name comes from.

    Raises:
        ExecutorNotFoundError: There is none of that name; lists those there are.
        InvalidConfigError: A file cannot be understood.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    book = open_book()
    layer = book.find(name)
    if layer is not None:
        return Source(_profile.Profile(book.stack(layer)).config)
    file = python_file.load()
    if file is not None and file.has(name):
        return Source(functools.partial(file.executor, name), file.function(name))
    if (kind := _class_named(name)) is not None:
        return Source(lambda fields: _config_of(kind, fields))
    raise ExecutorNotFoundError(_not_found(name, _names(book, file)))


def _class_named(name: str) -> type[Executor] | None:
    """Return the class of executors with a name that is also the ``type`` of a profile."""
    if not name.replace("_", "").replace("-", "").isalnum():  # what is imported is named elsewhere
        return None
    try:
        found = _classes.find_class(name, Executor)
    except InvalidConfigError:
        return None
    return None if found is Executor else found


def _config_of(kind: type[Executor], fields: Mapping[str, Any]) -> Config[Any]:
    from nemo_run.config import Config

    return Config(kind, **fields)


def built(name: str, config: Config[Any]) -> Executor:
    """Return what a configuration builds.

    Raises:
        InvalidConfigError: Arguments are missing, or the executor refuses its fields.
    """
    from nemo_run._config.build import build
    from nemo_run.cli._parse.missing import missing_arguments

    if missing := [path for path, _ in missing_arguments(config)]:
        raise InvalidConfigError(f"executor {name!r} has no value for {', '.join(missing)}")
    try:
        return build(config)
    except NemoRunError:
        raise
    except Exception as error:
        raise InvalidConfigError(f"executor {name!r} cannot be made: {error}") from error


def executor_names() -> dict[str, str]:
    """Return name -> one-line description: profiles, then what ``executors.py`` defines.

    Raises:
        InvalidConfigError: One of the files cannot be read.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    return _names(open_book(), python_file.load())


def _names(book: Book, file: python_file.PythonFile | None) -> dict[str, str]:
    profiles = {layer.name: layer.description for layer in book.layers()}
    others = {} if file is None else file.names()
    return profiles | {name: text for name, text in others.items() if name not in profiles}


def _not_found(name: str, known: dict[str, str]) -> str:
    if not known:
        home = get_nemorun_home()
        return f"executor {name!r} not found; name executors in {home}/executors.toml or executors.py"
    return f"executor {name!r} not found.{did_you_mean(name, known)} There are {', '.join(known)}"
