"""Documents -> live configurations."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.codec.errors import DamagedPayloadError, refused_reference
from nemo_run_adapters.codec.fiddle_import import import_fiddle
from nemo_run_adapters.codec.fiddle_registry import fiddle_node_type
from nemo_run_adapters.codec.node_types import node_type_of
from nemo_run_adapters.codec.reader import Configured
from nemo_run_adapters.codec.references import find, is_refused_builtin
from nemo_run_adapters.codec.unknown import warn_of_unknown
from nemo_run_adapters.codec.wire import split_ref


class LiveConfigurations:
    """Makes configurations of the classes the document names."""

    def __init__(self, *, references: Mapping[str, Any] | None = None, policy: Any = None) -> None:
        """Say what references mean.

        Args:
            references: ``module:name`` -> object, looked at before importing.
            policy: A fiddle ``PyrefPolicy``; without one only the interpreter's own functions
                and classes are refused.
        """
        import_fiddle()
        self._references = references or {}
        self._policy = policy
        self._kinds: dict[str, Any] = {}
        self._make = importlib.import_module("nemo_run_adapters.codec.making").ConfigMaker().make

    def resolve(self, module: str, name: str) -> Any:
        if (known := self._references.get(f"{module}:{name}")) is not None:
            return known
        if self._policy is not None and not self._policy.allows_import(module, name):
            raise _refused(module, name, None)
        value = find(module, name)
        allowed = self._policy.allows_value(value) if self._policy else not is_refused_builtin(value, module)
        if not allowed:
            raise _refused(module, name, value)
        return value

    def configured(self, node: Configured) -> Any:
        cls = self._kinds.get(node.kind)
        if cls is None:
            cls = self._kinds[node.kind] = self.resolve(*split_ref(node.kind))
        arguments = warn_of_unknown(node.target, node.arguments)
        return self._make(cls, node.target, arguments, node.tags)

    def other(self, cls: Any, parts: list[Any], metadata: Any) -> Any:
        known = node_type_of(cls) or fiddle_node_type(cls, load=True)
        if known is None:
            raise DamagedPayloadError(f"cannot read a value of {cls!r}: no way is known to put one together")
        return known.unflatten(parts, metadata)


def _refused(module: str, name: str, value: Any) -> Exception:
    return refused_reference(f"Importing {name} from {module} is not permitted.", module, name, value)
