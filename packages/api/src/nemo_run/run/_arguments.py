"""The arguments of a configured function as text."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

_UNSET = "<unset>"


def render_arguments(configured: Any, executor: Any = None) -> str:
    """Return a table with every parameter and its value, defaults included."""
    function = configured.__fn_or_cls__
    name = f"{getattr(function, '__module__', '')}:{getattr(function, '__name__', repr(function))}"
    rows = [(n, _value(configured, n)) for n in sorted(_parameters(configured))]
    width = max([20, *(len(n) for n, _ in rows)])
    lines = [
        f"Dry run for task {name}",
        "Resolved Arguments",
        f"  {'Argument Name':<{width}}  Resolved Value",
        *(f"  {n:<{width}}  {value}" for n, value in rows),
    ]
    if executor is not None:
        lines += ["Executor", f"  {executor!r}"]
    return "\n".join(lines) + "\n"


def _parameters(configured: Any) -> set[str]:
    names = {str(key) for key in configured.__arguments__}
    try:
        parameters = inspect.signature(configured.__fn_or_cls__).parameters.values()
    except (TypeError, ValueError):
        return names
    named = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return names | {p.name for p in parameters if p.kind not in named}


def _value(configured: Any, name: str) -> str:
    if name in configured.__arguments__:
        return re.sub(r"<(?:Config|Partial)\[|\]>", "", repr(configured.__arguments__[name]))
    target = configured.__fn_or_cls__
    if dataclasses.is_dataclass(target):
        spec = next((f for f in dataclasses.fields(target) if f.name == name), None)
        if spec is not None and spec.default_factory is not dataclasses.MISSING:
            return repr(spec.default_factory())
    try:
        return repr(getattr(configured, name))
    except (AttributeError, ValueError):
        return _UNSET
