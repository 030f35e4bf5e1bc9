"""From the ``type`` of a table to a class."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from typing import Any

from nemo_run import _bootstrap
from nemo_run._suggest import did_you_mean
from nemo_run.core.execution.launcher import LAUNCHER_MAP, Launcher
from nemo_run_domain.errors import InvalidConfigError

Bases = tuple[type, ...]

_FACADE = __name__.partition(".")[0]


def find_class(text: str, *bases: type) -> type:
    """Return the class that a text names: a subclass of one of ``bases``.

    Args:
        text: ``package.module.Class``, a public name such as ``LocalExecutor``, or its short form
            (``local``), whatever the case.
        bases: For example ``Executor``.

    Raises:
        InvalidConfigError: There is no such class, or it is another kind of class.
    """
    found = _imported(text) if "." in text or ":" in text else _known(text, bases)
    if not (isinstance(found, type) and issubclass(found, bases)):
        kinds = " or ".join(base.__name__ for base in bases)
        raise InvalidConfigError(f"type {text!r} is no {kinds}")
    return found


def class_names(*bases: type) -> list[str]:
    """Return the names of the public subclasses of ``bases`` that are part of this version."""
    public = {name for name in _facade().__all__ if name.endswith(_kinds(bases))}
    short = LAUNCHER_MAP if _takes_launchers(bases) else ()
    return sorted({*public, *short, *(base.__name__ for base in bases)} - {"Executor"})


def _kinds(bases: Bases) -> tuple[str, ...]:
    """Return the last words of the names of classes: ``Tunnel`` of ``SSHTunnel``."""
    return tuple(re.sub(r".*(?=[A-Z][a-z]+$)", "", base.__name__) for base in bases)


def _takes_launchers(bases: Bases) -> bool:
    return any(issubclass(Launcher, base) for base in bases)


def _facade() -> Any:
    return importlib.import_module(_FACADE)


def _imported(text: str) -> Any:
    module, _, name = text.replace(":", ".").rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except AttributeError as error:
        raise InvalidConfigError(
            f"type {text!r} does not exist: module {module!r} has no {name!r}"
        ) from error
    except Exception as error:
        raise InvalidConfigError(f"type {text!r} cannot be imported: {error}") from error


def _known(text: str, bases: Bases) -> Any:
    if _takes_launchers(bases) and text in LAUNCHER_MAP:
        return LAUNCHER_MAP[text]
    own = {base.__name__: base for base in bases}
    if name := _matching(text, own, bases):
        return own[name]
    facade = _facade()
    if name := _matching(text, facade.__all__, bases):
        return getattr(facade, name)
    if name := _matching(text, facade._TO_COME, bases):
        raise InvalidConfigError(f"type {text!r}: {name} is not part of nemo_run {facade.__version__} yet")
    return _of_backend(text, bases) or _unknown(text, bases)


def _matching(text: str, names: Iterable[str], bases: Bases) -> str | None:
    """Return the name that a text is, or begins: ``ssh`` for ``SSHTunnel``."""
    wanted = {_folded(text), *(_folded(text) + kind.lower() for kind in _kinds(bases))}
    return next((name for name in names if _folded(name) in wanted), None)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _of_backend(text: str, bases: Bases) -> type | None:
    """Return the executor class of an installed backend, which may be public under another name."""
    for backend in _bootstrap.registry().all().values():
        kind = backend.settings
        if _folded(text) in (_folded(backend.name), _folded(kind.__name__)):
            public = (getattr(_facade(), name) for name in class_names(*bases))
            return next((c for c in (kind, *public) if issubclass(c, kind) and issubclass(c, bases)), None)
    return None


def _unknown(text: str, bases: Bases) -> Any:
    names = class_names(*bases)
    short = [name.removesuffix(kind).lower() for name in names for kind in _kinds(bases)]
    raise InvalidConfigError(
        f"type {text!r} is unknown.{did_you_mean(text, [*names, *short])} There are {', '.join(names)}; "
        "any other class is written package.module.Class"
    )
