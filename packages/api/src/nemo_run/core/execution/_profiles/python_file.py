"""Executors that ``<home>/executors.py`` defines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nemo_run.config import get_nemorun_home
from nemo_run.core.execution._profiles.errors import ExecutorNotFoundError
from nemo_run.core.execution.base import Executor, import_executor
from nemo_run_domain.errors import InvalidConfigError


def path() -> str:
    """Return where the file would be."""
    return os.path.join(get_nemorun_home(), "executors.py")


def executor(name: str, arguments: Mapping[str, Any]) -> Executor:
    """Return the executor of that name.

    Raises:
        ExecutorNotFoundError: There is none.
        InvalidConfigError: What has the name is no executor.
    """
    try:
        found: Any = import_executor(name, **arguments)
    except FileNotFoundError as error:
        raise ExecutorNotFoundError(f"no executor is called {name!r}: {path()} does not exist") from error
    except AttributeError as error:
        raise ExecutorNotFoundError(f"no executor is called {name!r}: {error}") from error
    if not isinstance(found, Executor):
        raise InvalidConfigError(f"{name!r} in {path()} is no Executor but {found!r}")
    return found


def names() -> dict[str, str]:
    """Return name -> description; nothing where there is no file."""
    return {}
