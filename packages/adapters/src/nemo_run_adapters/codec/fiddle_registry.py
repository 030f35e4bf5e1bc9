"""Classes that fiddle's registries know; fiddle is asked only if it is loaded anyway."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

from nemo_run_adapters.codec.node_types import NodeType


def is_plain_buildable(cls: type) -> bool:
    """Whether instances are configurations with the ordinary way to take them apart."""
    flatten = getattr(cls, "__flatten__", None)
    return getattr(flatten, "__qualname__", None) == "Buildable.__flatten__"


def fiddle_node_type(cls: type, *, load: bool = False) -> NodeType | None:
    """Return how fiddle takes instances of ``cls`` apart.

    Args:
        cls: Exactly this class.
        load: Also ask the registry that only serialisation uses, importing it if fiddle is loaded.
    """
    if "fiddle" not in sys.modules:
        return None
    name = "fiddle._src.experimental.serialization"
    module = importlib.import_module(name) if load else sys.modules.get(name)
    module = module or sys.modules.get("fiddle._src.daglish")
    traverser = None if module is None else module.find_node_traverser(cls)
    return None if traverser is None else NodeType(traverser.flatten, traverser.unflatten, _labels(traverser))


def fiddle_constant(value: Any) -> tuple[str, str] | None:
    """Return module and name of a value registered with fiddle's ``register_constant``."""
    module = sys.modules.get("fiddle._src.experimental.serialization")
    if module is None or not (
        module._serialization_constants_by_id or module._serialization_constants_by_value
    ):
        return None
    constant = module._serialization_constants_by_id.get(id(value))
    if constant is None and value.__hash__ is not None:
        constant = module._serialization_constants_by_value.get(value)
    return None if constant is None else (constant.module, constant.symbol)


def lazy_import_name(value: Any) -> tuple[str, str] | None:
    """Return module and name behind an object of fiddle's ``lazy_imports``."""
    module = sys.modules.get("fiddle._src.experimental.lazy_imports")
    if module is None or not isinstance(value, module.ProxyObject):
        return None
    head, _, tail = value.__qualname__.rpartition(":" if ":" in value.__qualname__ else ".")
    return head, tail


def _labels(traverser: Any) -> Any:
    def labels(value: Any) -> Iterable[tuple[str, str]]:
        return ((repr(element), element.code) for element in traverser.path_elements(value))

    return labels
