"""Python files that run because of where they are: only those that nobody else could have written."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from nemo_run._lazy import LazyModule

if TYPE_CHECKING:
    from nemo_run import _bootstrap
else:
    _bootstrap = LazyModule("nemo_run._bootstrap")

_lock = threading.Lock()
_running: dict[str, list[ModuleType | None]] = {}
"""Name -> the module that was imported under it, and those that are being run; the last one counts."""


def run_file(path: str, name: str) -> ModuleType:
    """Run a file as a module that can be imported under ``name`` while it runs, but not afterwards.

    What is run is the content that was checked; files with compiled code beside it play no part.

    Raises:
        FileNotFoundError: It is missing.
        UntrustedFileError: Others own it or may write to it.
        SyntaxError: It is no Python.
    """
    path = os.path.abspath(path)
    code = compile(_bootstrap.read_trusted(path), path, "exec", dont_inherit=True)
    module = ModuleType(name)
    module.__file__ = path
    with _importable(module):  # dataclasses look their module up while they are made
        exec(code, vars(module))
    return module


@contextmanager
def _importable(module: ModuleType) -> Iterator[None]:
    """Put a module among ``sys.modules``, where several threads may do so with one name."""
    name = module.__name__
    with _lock:
        _running.setdefault(name, [sys.modules.get(name)]).append(module)
        sys.modules[name] = module
    try:
        yield
    finally:
        with _lock:
            _running[name].remove(module)
            _put_back(name)


def _put_back(name: str) -> None:
    last = _running[name][-1]
    if len(_running[name]) == 1:
        del _running[name]
    if last is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = last


def own_parents(folder: str) -> Iterator[str]:
    """Yield a folder and those above it, up to the first one that belongs to somebody else.

    What stands there and above is not this user's doing.
    """
    while belongs_to_me(folder):
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def belongs_to_me(path: str) -> bool:
    """Whether a file or folder is there and belongs to this user."""
    try:
        return os.stat(path).st_uid == os.geteuid()
    except OSError:
        return False
