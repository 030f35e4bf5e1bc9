"""``lazy_imports``: import statements that only write down what they would import."""

from __future__ import annotations

import builtins
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from nemo_run.cli._lazy.errors import RelativeImportError, StarImportError
from nemo_run.cli._lazy.modules import LazyModule


@dataclass(eq=False)
class _Block:
    """A ``with`` block whose own imports are lazy; stands in for ``__import__``.

    Each block has its own: others may wrap ``__import__`` while there is a block, keep what they
    found there and put it back later. Once the block has ended it passes everything on.

    Attributes:
        code: Whose import statements: those of functions that are called in the block are real.
        thread: That entered it.
        fallback: Be lazy only where the real import fails.
        original: What was in its place before.
        is_open: Whether the block has not ended yet.
        roots: Lazy modules without a dot, by name; ``import a.b`` and ``import a.c`` bind one ``a``.
    """

    code: CodeType
    thread: int
    fallback: bool
    original: Callable[..., Any] = builtins.__import__
    is_open: bool = False
    roots: dict[str, LazyModule] = field(default_factory=dict)

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Import, or write down what to import."""
        if not self._has_statement(globals):
            return self.original(name, globals, locals, fromlist or (), level)
        if self.fallback:
            with contextlib.suppress(ImportError):
                module = self.original(name, globals, locals, fromlist or (), level)
                if all(part == "*" or hasattr(module, part) for part in fromlist or ()):
                    return module
        if level:
            raise RelativeImportError("Relative imports are not supported in lazy imports")
        return _lazy(self, name, fromlist or (), globals or {})

    def _has_statement(self, namespace: Mapping[str, Any] | None) -> bool:
        """Whether the import statement that is being executed is one of the block."""
        return (
            self.is_open
            and self.thread == threading.get_ident()
            and _statement(sys._getframe(2), namespace).f_code is self.code
        )


_lock = threading.Lock()


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
    with _lock:
        block.original = _without_ended(builtins.__import__)
        block.is_open = True
        builtins.__import__ = block


def _leave(block: _Block) -> None:
    with _lock:
        block.is_open = False
        if builtins.__import__ is block:
            builtins.__import__ = _without_ended(block)


def _without_ended(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a function comes to when blocks that have ended are left out."""
    while isinstance(function, _Block) and not function.is_open:
        function = function.original
    return function


def _statement(frame: FrameType, namespace: Mapping[str, Any] | None) -> FrameType:
    """Return the frame of an import statement: the nearest one with its globals.

    Between the two are other blocks, and what others wrapped ``__import__`` with.

    Args:
        frame: That called ``__import__``.
        namespace: Globals of the statement; None where ``__import__`` was called without them.
    """
    found: FrameType | None = frame
    while found is not None:
        if namespace is None and found.f_globals is not globals():
            return found
        if namespace is not None and found.f_globals is namespace:
            return found
        found = found.f_back
    return frame


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
