"""From the ``type`` of a table to a class."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from nemo_run import _bootstrap
from nemo_run.cli._parse.suggest import did_you_mean
from nemo_run.core.execution.launcher import LAUNCHER_MAP, Launcher
from nemo_run_domain.errors import InvalidConfigError

_FACADE = __name__.partition(".")[0]


def find_class(text: str, base: type) -> type:
    """Return the subclass of ``base`` that a text names.

    Args:
        text: ``package.module.Class``, a public name such as ``LocalExecutor``, or its short form
            (``local``), whatever the case.
        base: For example ``Executor``.

    Raises:
        InvalidConfigError: There is no such class, or it is another kind of class.
    """
    found = _imported(text) if "." in text or ":" in text else _known(text, base)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise InvalidConfigError(f"type {text!r} is no {base.__name__}")
    return found


def class_names(base: type) -> list[str]:
    """Return the public names of the subclasses of ``base`` that are part of this version."""
    names = [name for name in _facade().__all__ if name.endswith(base.__name__) and name != base.__name__]
    return sorted([*names, *LAUNCHER_MAP] if issubclass(Launcher, base) else names)


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


def _known(text: str, base: type) -> Any:
    if issubclass(Launcher, base) and text in LAUNCHER_MAP:
        return LAUNCHER_MAP[text]
    facade = _facade()
    if name := _matching(text, facade.__all__, base):
        return getattr(facade, name)
    if name := _matching(text, facade._TO_COME, base):
        raise InvalidConfigError(f"type {text!r}: {name} is not part of nemo_run {facade.__version__} yet")
    return _of_backend(text, base) or _unknown(text, base)


def _matching(text: str, names: Iterable[str], base: type) -> str | None:
    kind = base.__name__.lower()
    wanted = {_folded(text), _folded(text) + kind}
    return next((name for name in names if _folded(name) in wanted), None)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _of_backend(text: str, base: type) -> type | None:
    """Return the executor class of an installed backend, which may be public under another name."""
    for backend in _bootstrap.registry().all().values():
        kind = backend.settings
        if _folded(text) in (_folded(backend.name), _folded(kind.__name__)):
            public = (getattr(_facade(), name) for name in class_names(base))
            return next((c for c in (kind, *public) if issubclass(c, kind) and issubclass(c, base)), None)
    return None


def _unknown(text: str, base: type) -> Any:
    names = class_names(base)
    short = [name.removesuffix(base.__name__).lower() for name in names]
    raise InvalidConfigError(
        f"type {text!r} is unknown.{did_you_mean(text, [*names, *short])} There are {', '.join(names)}; "
        "any other class is written package.module.Class"
    )
