"""Executors that ``<home>/executors.py`` defines."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nemo_run.config import get_nemorun_home
from nemo_run.core.execution.base import Executor, load_executors_file, look_up
from nemo_run_domain.errors import InvalidConfigError, NemoRunError

if TYPE_CHECKING:
    from nemo_run.config import Config


@dataclass(frozen=True)
class PythonFile:
    """The file, after it was executed.

    Attributes:
        path: Absolute.
        module: What it defined; not among ``sys.modules``.
    """

    path: str
    module: ModuleType

    @property
    def table(self) -> Mapping[str, Any]:
        """Its ``EXECUTOR_MAP``."""
        return getattr(self.module, "EXECUTOR_MAP", {})

    def names(self) -> dict[str, str]:
        """Return name -> one-line description of what can be an executor."""
        attributes = {name: value for name, value in vars(self.module).items() if self._counts(name, value)}
        return {name: _description(value) for name, value in {**attributes, **self.table}.items()}

    def _counts(self, name: str, value: Any) -> bool:
        is_function = inspect.isfunction(value) and value.__module__ == self.module.__name__
        return not name.startswith("_") and (is_function or isinstance(value, Executor) or _is_config(value))

    def type_of(self, name: str) -> str:
        """Return the name of the executor's class; empty where it takes a call to know."""
        value = look_up(self.module, name, self.path)
        if isinstance(value, Executor):
            return type(value).__name__
        return str(value.__fn_or_cls__.__name__) if _is_config(value) else ""

    def has(self, name: str) -> bool:
        """Whether it defines anything of that name."""
        return name in self.table or hasattr(self.module, name)

    def function(self, name: str) -> Callable[..., Any] | None:
        """Return what is called to make the executor of that name; None where nothing is."""
        found = look_up(self.module, name, self.path)
        return found if callable(found) else None

    def executor(self, name: str, overrides: Mapping[str, Any]) -> Executor | Config[Any]:
        """Return the executor of that name, or the configuration of one.

        Args:
            name: What it is called.
            overrides: Arguments of a function, fields of anything else.

        Raises:
            InvalidConfigError: What has the name is no executor, or a function that fails.
        """
        found: Any = look_up(self.module, name, self.path)
        rest = overrides
        if callable(found):
            found, rest = self._called(name, found, overrides), {}
        if not (isinstance(found, Executor) or _is_config(found)):
            raise InvalidConfigError(f"{name!r} in {self.path} is no Executor but {found!r}")
        return _with(found, rest, f"executor {name!r} of {self.path}") if rest else found

    def _called(self, name: str, function: Any, arguments: Mapping[str, Any]) -> Any:
        try:
            return function(**arguments)
        except (Exception, SystemExit) as error:
            problem = f"{type(error).__name__}: {error}"
            raise InvalidConfigError(f"executor {name!r} of {self.path} failed: {problem}") from error


def path() -> str:
    """Return where the file would be."""
    return os.path.join(os.path.abspath(get_nemorun_home()), "executors.py")


def load() -> PythonFile | None:
    """Execute the file, if there is one.

    Raises:
        InvalidConfigError: It cannot be executed.
        UntrustedFileError: Others own it or may write to it.
    """
    file = path()
    if not os.path.lexists(file):
        return None
    try:
        return PythonFile(file, load_executors_file(file))
    except NemoRunError:
        raise
    except (Exception, SystemExit) as error:
        raise InvalidConfigError(f"{file} cannot be executed: {type(error).__name__}: {error}") from error


def _is_config(value: Any) -> bool:
    return callable(getattr(value, "__flatten__", None)) and hasattr(value, "__fn_or_cls__")


def _with(found: Any, overrides: Mapping[str, Any], what: str) -> Config[Any]:
    config: Any = found.to_config() if isinstance(found, Executor) else found
    for name, value in overrides.items():
        try:
            setattr(config, name, value)
        except (AttributeError, TypeError) as error:
            raise InvalidConfigError(f"{what} has no field {name!r}: {error}") from error
    return config


def _description(value: Any) -> str:
    if not inspect.isroutine(value):  # what a class says of itself says nothing of this executor
        return ""
    return (inspect.getdoc(value) or "").partition("\n")[0]
