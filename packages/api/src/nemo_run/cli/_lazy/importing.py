"""``lazy_imports``: import statements that only write down what they would import."""

from __future__ import annotations

import builtins
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from nemo_run.cli._lazy.errors import RelativeImportError, StarImportError
from nemo_run.cli._lazy.modules import LazyModule


@dataclass(eq=False)
class _Block:
    """A ``with`` block whose own imports are lazy.

    Attributes:
        code: Whose import statements: those of functions that are called in the block are real.
        thread: That entered it.
        fallback: Be lazy only where the real import fails.
        roots: Lazy modules without a dot, by name; ``import a.b`` and ``import a.c`` bind one ``a``.
    """

    code: CodeType
    thread: int
    fallback: bool
    roots: dict[str, LazyModule] = field(default_factory=dict)


_blocks: list[_Block] = []
_lock = threading.Lock()
_original: Callable[..., Any] = builtins.__import__


@contextlib.contextmanager
def lazy_imports(fallback_to_lazy: bool = False) -> Iterator[None]:
    """Let the import statements of a ``with`` block import nothing.

    The names they bind stand for what they name, which need not exist here. Statements in functions
    that the block calls, and those of other threads, import as always.

    Args:
        fallback_to_lazy: Import what can be imported; be lazy about the rest.
    """
    block = _Block(_calling_code(), threading.get_ident(), fallback_to_lazy)
    _enter(block)
    try:
        yield
    finally:
        _leave(block)


def _calling_code() -> CodeType:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") in (__name__, "contextlib"):
        frame = frame.f_back
    return frame.f_code


def _enter(block: _Block) -> None:
    global _original
    with _lock:
        _blocks.append(block)
        if builtins.__import__ is not _import:
            _original = builtins.__import__
            builtins.__import__ = _import


def _leave(block: _Block) -> None:
    with _lock:
        _blocks.remove(block)
        if not _blocks and builtins.__import__ is _import:
            builtins.__import__ = _original


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """Stand in for ``__import__`` while there is a block."""
    block = _block_of(sys._getframe(1).f_code)
    if block is None:
        return _original(name, globals, locals, fromlist or (), level)
    if block.fallback:
        with contextlib.suppress(ImportError):
            module = _original(name, globals, locals, fromlist or (), level)
            if all(part == "*" or hasattr(module, part) for part in fromlist or ()):
                return module
    if level:
        raise RelativeImportError("Relative imports are not supported in lazy imports")
    return _lazy(block, name, fromlist or (), globals or {})


def _block_of(code: CodeType) -> _Block | None:
    thread = threading.get_ident()
    for block in reversed(_blocks):
        if block.code is code and block.thread == thread:
            return block
    return None


def _lazy(block: _Block, name: str, fromlist: Sequence[str], namespace: Mapping[str, Any]) -> LazyModule:
    """Return what an import statement gets: the module it takes names from, else the first one."""
    if "*" in fromlist:
        raise StarImportError(f"`from {name} import *` needs the module; name what is to be imported lazily")
    head, *rest = name.split(".")
    root = module = _root(block, head, namespace)
    for part in rest:
        module = module._submodule(part)
    return module if fromlist else root


def _root(block: _Block, name: str, namespace: Mapping[str, Any]) -> LazyModule:
    if name not in block.roots:
        before = namespace.get(name)
        known = before if isinstance(before, LazyModule) and before.name == name else None
        block.roots[name] = known or LazyModule(name)
    return block.roots[name]
