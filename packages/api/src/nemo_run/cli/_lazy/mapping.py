"""A lazy entry point as a mapping, for exports: nothing is imported."""

from __future__ import annotations

import ast
from typing import Any

from nemo_run._data.to_data import to_data
from nemo_run.cli._lazy.entrypoint import LazyEntrypoint, target_name
from nemo_run.cli._lazy.interpolation import escaped
from nemo_run.cli._lazy.nested import nested
from nemo_run.cli._lazy.verbatim import Verbatim


def as_mapping(entry: LazyEntrypoint) -> dict[str, Any]:
    """Return ``_target_``, ``_factory_`` if there is one, and what was recorded by its path.

    Words get the type they have as Python literals; their parameters are not known here. A ``${`` in a
    value from Python is escaped as in files.
    """
    mapping: dict[str, Any] = {"_target_": target_name(entry._target_)}
    if entry._factory_ is not None:
        factory = entry._factory_
        mapping["_factory_"] = factory if isinstance(factory, str) else target_name(factory)
    return {**mapping, **nested(entry._args_, _typed)}


def _typed(path: str, value: Any) -> Any:
    if isinstance(value, Verbatim):
        return escaped(str(value))
    if type(value) is not str:
        return escaped(to_data(value))
    if path.endswith(("_factory_", "_target_")):
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value.lower() in ("none", "null"):
        return None
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
