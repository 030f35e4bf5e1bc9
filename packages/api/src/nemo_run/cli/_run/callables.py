"""Functions that do nothing when they are called."""

from __future__ import annotations

import inspect
from typing import Any

from nemo_run_domain.errors import InvalidConfigError

_AWAITED = "is async, and calling it runs nothing: name a function that calls asyncio.run({name}(...))"
_ITERATED = "has a yield, and calling it runs nothing: name a function that iterates over {name}(...)"


def check_runs(fn: Any, name: str) -> None:
    """Check that a call of a function runs it.

    Raises:
        InvalidConfigError: It makes a coroutine or a generator, which somebody else has to run.
    """
    if getattr(type(fn), "__is_lazy__", False) is True:
        return
    reason = ""
    if inspect.iscoroutinefunction(fn) or inspect.isasyncgenfunction(fn):
        reason = _AWAITED
    elif inspect.isgeneratorfunction(fn):
        reason = _ITERATED
    if reason:
        raise InvalidConfigError(f"entry point {name!r} {reason.format(name=name)}")
