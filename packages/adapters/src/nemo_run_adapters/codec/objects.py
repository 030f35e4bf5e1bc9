"""Documents -> the objects they configure, without fiddle and only from an allow-list."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Protocol

from nemo_run_adapters.codec.node_types import node_type_of
from nemo_run_adapters.codec.reader import Configured
from nemo_run_adapters.codec.unknown import known_only
from nemo_run_adapters.codec.wire import CONFIG_TYPES, PARTIAL_TYPES
from nemo_run_domain.errors import StoreError, UntrustedFileError


class Allowed(Protocol):
    """Says what a reference may stand for."""

    def resolve(self, module: str, name: str) -> Any:
        """Return it, or raise ``UntrustedFileError``."""
        ...


class BuiltObjects:
    """Calls what the document configures."""

    def __init__(self, allow: Allowed) -> None:
        self._allow = allow

    def resolve(self, module: str, name: str) -> Any:
        return self._allow.resolve(module, name)

    def configured(self, node: Configured) -> Any:
        positional, named = _split(node)
        named = known_only(node.target, named)
        if node.kind in PARTIAL_TYPES:
            return functools.partial(node.target, *positional, **named)
        if node.kind not in CONFIG_TYPES:
            raise UntrustedFileError(f"refused to load a {node.kind!r} from a saved file")
        try:
            return node.target(*positional, **named)
        except (TypeError, ValueError, AssertionError) as error:
            raise StoreError(f"cannot make {_name(node.target)} from a saved file: {error}") from error

    def other(self, cls: Any, parts: list[Any], metadata: Any) -> Any:
        known = node_type_of(cls)
        if known is None:
            raise UntrustedFileError(f"refused to put together a {_name(cls)} from a saved file")
        return known.unflatten(parts, metadata)


def _split(node: Configured) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and named arguments; named ones before ``*args`` become positional."""
    positions = sorted(name for name in node.arguments if isinstance(name, int))
    named = {name: value for name, value in node.arguments.items() if isinstance(name, str)}
    if not positions:
        return [], named
    positional: list[Any] = []
    for place, parameter in enumerate(inspect.signature(node.target).parameters.values()):
        if parameter.kind is parameter.POSITIONAL_ONLY and place in node.arguments:
            positional.append(node.arguments[place])
        elif parameter.kind is parameter.VAR_POSITIONAL and place in node.arguments:
            ahead = [n for n in list(inspect.signature(node.target).parameters)[:place] if n in named]
            positional += [named.pop(name) for name in ahead]
            positional += [node.arguments[p] for p in positions if p >= place]
    return positional, named


def _name(target: Any) -> str:
    return str(getattr(target, "__qualname__", target))
