"""Import fiddle without the two libraries it loads and hardly ever uses.

``libcst`` (190 ms) serves ``auto_config`` when it meets a lambda, ``absl.logging`` (30 to 65 ms)
serves two messages about failures inside fiddle. While fiddle is imported, stand-ins take their
places; a stand-in loads the real library when something is asked of it. Afterwards nothing of
this is left in ``sys.modules``, so ``import libcst`` gives the real library.

Written against fiddle 0.3.0. Should fiddle change, the stand-ins load the real libraries earlier,
and anything unexpected ends in the plain import.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

_LOCK = threading.RLock()


class _StandIn(ModuleType):
    """Takes the place of a module until an attribute it does not have is read."""

    def __init__(self, name: str, on_load: Callable[[ModuleType], None], **attributes: Any) -> None:
        super().__init__(name)
        self.__dict__.update(attributes, _on_load=on_load)

    def __getattr__(self, name: str) -> Any:
        real = _load(self)
        self.__dict__["_on_load"](real)
        return getattr(real, name)


class _Visitor:
    """Base of fiddle's lambda finder until ``libcst.CSTVisitor`` is there."""


def import_fiddle() -> ModuleType:
    """Return the module ``fiddle``, importing it the quick way where that is possible."""
    if "fiddle" not in sys.modules:
        with _LOCK:
            _try_quick_import()
    return importlib.import_module("fiddle")


def _try_quick_import() -> None:
    if "fiddle" in sys.modules or "libcst" in sys.modules:
        return
    before = set(sys.modules)
    try:
        with _in_place(_libcst()), _absl_logging():
            importlib.import_module("fiddle")
    except ModuleNotFoundError:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, the plain import decides
        for name in [n for n in sys.modules if n.partition(".")[0] == "fiddle" and n not in before]:
            del sys.modules[name]


def _libcst() -> _StandIn:
    return _StandIn(
        "libcst", _use_real_libcst, CSTVisitor=_Visitor, metadata=SimpleNamespace(PositionProvider=None)
    )


def _use_real_libcst(libcst: ModuleType) -> None:
    """Give fiddle's lambda finder its real base class."""
    module = sys.modules.get("fiddle._src.experimental.auto_config")
    finder = getattr(module, "_LambdaFinder", None)
    if module is None or finder is None or finder.__bases__ != (_Visitor,):
        return
    metadata = importlib.import_module("libcst.metadata")
    finder.__bases__ = (vars(libcst)["CSTVisitor"],)
    finder.METADATA_DEPENDENCIES = (metadata.PositionProvider,)
    vars(module)["cst"] = libcst


@contextlib.contextmanager
def _absl_logging() -> Iterator[None]:
    if "absl.logging" in sys.modules:
        yield
        return
    absl = importlib.import_module("absl")
    stand_in = _StandIn("absl.logging", _use_real_logging)
    with _in_place(stand_in):
        vars(absl)["logging"] = stand_in
        try:
            yield
        finally:
            if vars(absl).get("logging") is stand_in:
                del vars(absl)["logging"]


def _use_real_logging(logging: ModuleType) -> None:
    module = sys.modules.get("fiddle._src.reraised_exception")
    if module is not None and isinstance(vars(module).get("logging"), _StandIn):
        vars(module)["logging"] = logging


@contextlib.contextmanager
def _in_place(stand_in: _StandIn) -> Iterator[None]:
    name = stand_in.__name__
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


def _load(stand_in: _StandIn) -> ModuleType:
    """Import the real library, taking the stand-in out of the way first."""
    name = stand_in.__name__
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
    return importlib.import_module(name)
