"""Executors by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nemo_run.core.execution._profiles import python_file

if TYPE_CHECKING:
    from nemo_run.config import Config
    from nemo_run.core.execution.base import Executor


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
    return python_file.executor(name, overrides)


def named_executor_config(name: str) -> Config[Any]:
    """Return the configuration of an executor of that name, to be changed before it is built.

    Raises:
        ExecutorNotFoundError: There is none of that name; lists those there are.
        InvalidConfigError: The profile cannot work; names file, profile and field.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    return named_executor(name).to_config()


def executor_names() -> dict[str, str]:
    """Return name -> one-line description: profiles, then what ``executors.py`` defines.

    Raises:
        InvalidConfigError: One of the files cannot be read.
        UntrustedFileError: Others own one of the files or may write to it.
    """
    return python_file.names()
