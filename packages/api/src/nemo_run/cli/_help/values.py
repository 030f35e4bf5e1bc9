"""Default values as short texts, without the secrets in them; configurations as small trees."""

from __future__ import annotations

import enum
import functools
import inspect
import pathlib
import types
from collections.abc import Iterator
from typing import Any

from nemo_run._masking import masked
from nemo_run._types.describe import class_to_str

_LONGEST = 60
_DEEPEST = 3
_LINES = 12
_EMPTY: dict[Any, str] = {list: "[]", dict: "{}", set: "set()", tuple: "()"}


def is_config(value: Any) -> bool:
    """Whether a value is a configuration; told without loading fiddle."""
    kind = type(value)
    return hasattr(kind, "__flatten__") and hasattr(kind, "__build__") and hasattr(value, "__fn_or_cls__")


def text_of(value: Any, name: str = "") -> str:
    """Return a value on one line, cut where it is long; never raises.

    Args:
        value: What to show.
        name: Of the parameter that has it, which may say that it is secret.
    """
    text = _line(_open_part(value, name))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _open_part(value: Any, name: str) -> Any:
    """Return a value without secrets; a text where users' objects do not allow that."""
    try:
        return value if value == "" else masked(value, name)  # which tells that there is none
    except Exception:  # noqa: BLE001 - values are users' objects
        return f"<{type(value).__name__}>"


def _line(value: Any) -> str:
    try:
        return " ".join(_text(value).split())
    except Exception:  # noqa: BLE001 - values are users' objects
        return f"<{type(value).__name__}>"


def made_by(factory: Any) -> str:
    """Return the text for what a ``default_factory`` makes; it is not called."""
    if factory in _EMPTY:
        return _EMPTY[factory]
    if isinstance(factory, functools.partial):
        factory = factory.func
    name = getattr(factory, "__name__", "")
    return f"{name}()" if name.isidentifier() else "made by a function"


def tree_of(value: Any) -> tuple[str, ...]:
    """Return the arguments of a configuration as lines; none where ``text_of`` says it all."""
    if not is_config(value) or len(_line(value)) <= _LONGEST:
        return ()
    lines = list(_branches(_open_part(value, ""), _DEEPEST))
    return tuple(lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "..."])


def head_of(value: Any, name: str) -> str:
    """Return a default for one cell: a configuration that is shown as a tree only by its target."""
    return class_to_str(value.__fn_or_cls__) if tree_of(value) else text_of(value, name)


def _text(value: Any) -> str:
    if is_config(value):
        arguments = ", ".join(f"{name}={_line(item)}" for name, item in _arguments(value))
        return f"{class_to_str(value.__fn_or_cls__)}({arguments})"
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        inner = ", ".join(map(_line, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, pathlib.PurePath):
        return repr(str(value))
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return class_to_str(value)
    return repr(value)


def _arguments(config: Any) -> list[tuple[Any, Any]]:
    return list(config.__arguments__.items())


def _branches(config: Any, depth: int, indent: str = "") -> Iterator[str]:
    for name, value in _arguments(config):
        if is_config(value) and depth > 1 and _arguments(value):
            yield f"{indent}{name} = {class_to_str(value.__fn_or_cls__)}"
            yield from _branches(value, depth - 1, f"{indent}  ")
        else:
            yield f"{indent}{name} = {text_of(value)}"


def default_in(config: Any, name: str) -> Any:
    """Return what a configuration sets for a parameter; ``Parameter.empty`` if it does not."""
    if not is_config(config):
        return inspect.Parameter.empty
    return config.__arguments__.get(name, inspect.Parameter.empty)
