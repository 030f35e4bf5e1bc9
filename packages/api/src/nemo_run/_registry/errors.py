"""What can go wrong with factories and entry points."""

from __future__ import annotations

import functools
import sys
from typing import Any

from nemo_run_domain.errors import InvalidConfigError, NotFoundError


class UnknownFactoryError(NotFoundError, ValueError):
    """Nothing is registered under a name or namespace."""


class NotAFactoryError(InvalidConfigError, AssertionError):
    """Something else than a factory was put among the factories."""


class FactoryAnnotationError(InvalidConfigError, TypeError):
    """A function does not say what it makes a configuration of."""


class WorkspaceError(InvalidConfigError):
    """The workspace file cannot be executed; the message names file and line."""


def unknown_namespace(message: str) -> UnknownFactoryError:
    """Return an error that is also what the package ``catalogue`` raises, where that is loaded.

    Programs written for a registry of that package catch its error; those who do have imported it.
    """
    base = getattr(sys.modules.get("catalogue"), "RegistryError", None)
    kind = UnknownFactoryError if base is None else _also(base)
    return kind(message)


@functools.cache
def _also(base: Any) -> type[UnknownFactoryError]:
    return type("UnknownFactoryError", (UnknownFactoryError, base), {"__module__": __name__})
