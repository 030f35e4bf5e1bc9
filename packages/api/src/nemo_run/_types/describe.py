"""Types as people read them."""

from __future__ import annotations

import enum
import inspect
import re
import sys
import types
from collections.abc import Callable
from typing import (
    Annotated,
    Any,
    ForwardRef,
    Literal,
    NewType,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from nemo_run._types.namespace import get_type_namespace

_SHORT = {
    "lightning.pytorch.core.datamodule.LightningDataModule": "lightning.LightningDataModule",
    "lightning.pytorch.core.module.LightningModule": "lightning.LightningModule",
    "nemo.lightning.pytorch.optim.base.OptimizerModule": "nemo.lightning.OptimizerModule",
    "nemo.lightning.pytorch.trainer.Trainer": "nemo.lightning.Trainer",
    "pytorch_lightning.core.datamodule.LightningDataModule": "lightning.LightningDataModule",
    "pytorch_lightning.core.module.LightningModule": "lightning.LightningModule",
}
_WITHOUT_MODULE = {"builtins", "collections.abc", "nemo_run.config", "typing", "typing_extensions"}


def class_to_str(hint: Any) -> str:
    """Return an annotation as text: ``int``, ``Optional[fix.Net]``, ``Callable[[int], str]``.

    Never raises, whatever the annotation is; no annotation is an empty text.
    """
    try:
        return _describe(hint)
    except Exception:  # noqa: BLE001 - annotations are users' objects, and help must not fail over one
        return type(hint).__name__


def _describe(hint: Any) -> str:
    if (plain := _plain(hint)) is not None:
        return plain
    origin = get_origin(hint)
    if origin is Annotated:
        return _describe(get_args(hint)[0])
    if origin is Literal:
        return f"Literal[{', '.join(map(_value, get_args(hint)))}]"
    if origin in (Union, types.UnionType):
        return _union(get_args(hint))
    if origin is not None:
        return _generic(hint, origin, get_args(hint))
    return _name(hint)


def _plain(hint: Any) -> str | None:
    """Return the text of what has no parts, if that is what it is."""
    if hint is inspect.Parameter.empty:
        return ""
    if hint is None or hint is type(None):
        return "None"
    if hint is Ellipsis:
        return "..."
    if isinstance(hint, str):
        return str(hint)
    if isinstance(hint, ForwardRef):
        return hint.__forward_arg__
    if isinstance(hint, (TypeVar, ParamSpec)):
        return hint.__name__
    return None


def _value(value: Any) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, enum.Enum) else repr(value)


def _union(members: tuple[Any, ...]) -> str:
    some = [_describe(member) for member in members if member not in (None, type(None))]
    text = some[0] if len(some) == 1 else f"Union[{', '.join(some)}]"
    return text if len(some) == len(members) else f"Optional[{text}]"


def _generic(hint: Any, origin: Any, args: tuple[Any, ...]) -> str:
    if origin is Callable:
        return _callable(args)
    if not args:
        is_empty_tuple = origin is tuple and repr(hint).endswith("[()]")
        return "tuple[()]" if is_empty_tuple else _name(origin)
    return f"{_name(origin)}[{', '.join(map(_argument, args))}]"


def _argument(arg: Any) -> str:
    """Return one of the types in brackets; a list there holds the parameters of a callable."""
    if isinstance(arg, (list, tuple)):
        return f"[{', '.join(map(_describe, arg))}]"
    return _describe(arg)


def _callable(args: tuple[Any, ...]) -> str:
    if not args:
        return "Callable"
    parameters, result = args
    return f"Callable[{_argument(parameters)}, {_describe(result)}]"


def _name(thing: Any) -> str:
    """Return ``module.Class``, without the modules that everybody knows."""
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    if not isinstance(name, str) or not isinstance(thing, _named_kinds()):
        return _otherwise(thing)
    module = _public_module(thing, name)
    if module in _WITHOUT_MODULE:
        return name
    short = name.rpartition("<locals>.")[2]
    full = get_type_namespace(thing) if module == "__main__" else f"{module}.{name}"
    return _SHORT.get(full, f"{full.removesuffix(name).rstrip('.')}.{short}".lstrip("."))


def _named_kinds() -> tuple[Any, ...]:
    alias = getattr(sys.modules["typing"], "TypeAliasType", ())
    return (type, NewType, types.FunctionType, types.BuiltinFunctionType, *((alias,) if alias else ()))


def _public_module(thing: Any, name: str) -> str:
    """Return the module users import it from: ``pathlib`` rather than ``pathlib._local``."""
    module = str(getattr(thing, "__module__", None) or "builtins")
    public = re.split(r"\._", module, maxsplit=1)[0]
    return public if getattr(sys.modules.get(public), name, None) is thing else module


def _otherwise(thing: Any) -> str:
    text = getattr(thing, "text", None) if type(thing).__name__ == "Unresolved" else None
    return str(text if text is not None else thing).replace("typing.", "").replace("typing_extensions.", "")
