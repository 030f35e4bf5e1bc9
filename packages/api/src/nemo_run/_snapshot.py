"""Snapshots of tasks and executors for people: YAML that no program reads back."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nemo_run._lazy import LazyModule
from nemo_run._masking import masked
from nemo_run_adapters.codec import encode

if TYPE_CHECKING:
    from nemo_run.cli._lazy import mapping as _mapping
else:
    _mapping = LazyModule("nemo_run.cli._lazy.mapping")


def executor_snapshot(executor: Any) -> bytes:
    """Return an executor as YAML, secrets masked."""
    return _render(executor)


def task_snapshot(task: Any) -> bytes:
    """Return a task as YAML, secrets masked."""
    return _render(task)


def packager_text(packager: Any) -> str:
    """Return a packager in the format that task runners load."""
    return encode(packager)


def _render(value: Any) -> bytes:
    """Write ``value`` in the part of YAML that is JSON."""
    return (json.dumps(to_data(masked(value)), indent=2, ensure_ascii=False) + "\n").encode()


def to_data(value: Any) -> Any:
    """Return ``value`` as JSON-able data: classes by ``_target_``, everything unknown by its ``repr``."""
    if value is None or (isinstance(value, (bool, int, float, str)) and not isinstance(value, enum.Enum)):
        return value
    if isinstance(value, Mapping):
        return {str(k): to_data(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_data(item) for item in value]
    if hasattr(type(value), "__flatten__") and hasattr(value, "__fn_or_cls__"):
        return _configured(value) if getattr(type(value), "is_lazy", False) is not True else _lazy(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
        return {"_target_": path_of(type(value)), **{n: to_data(v) for n, v in fields.items()}}
    if callable(value) and hasattr(value, "__qualname__"):
        return {"_target_": path_of(value), "_call_": False}
    return repr(value)


def _configured(value: Any) -> dict[str, Any]:
    arguments = {str(k): to_data(v) for k, v in value.__arguments__.items()}
    partial = {"_partial_": True} if "Partial" in {base.__name__ for base in type(value).__mro__} else {}
    return {"_target_": path_of(value.__fn_or_cls__), **partial, **arguments}


def _lazy(value: Any) -> dict[str, Any]:
    return {str(k): to_data(v) for k, v in _mapping.as_mapping(value).items()}


def path_of(target: Any) -> str:
    """Return ``module.qualified.name``."""
    return f"{getattr(target, '__module__', '')}.{getattr(target, '__qualname__', type(target).__qualname__)}"
