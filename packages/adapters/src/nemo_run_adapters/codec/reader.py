"""Documents -> objects: the part that does not depend on what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from nemo_run_adapters.codec.errors import DamagedPayloadError
from nemo_run_adapters.codec.order import build_order
from nemo_run_adapters.codec.wire import METADATA, Node


@dataclass(slots=True)
class Configured:
    """One configuration as the document has it.

    Attributes:
        kind: Class of the configuration, ``module:name``.
        target: What it configures.
        arguments: By name, or by position for positional-only ones and ``*args``.
        tags: Argument name -> tags.
    """

    kind: str
    target: Any
    arguments: dict[Any, Any]
    tags: Mapping[Any, Any]


@dataclass(slots=True)
class _About:
    target: Any
    names: tuple[Any, ...]
    tags: Mapping[Any, Any]


class Maker(Protocol):
    """Decides what comes out of a document."""

    def resolve(self, module: str, name: str) -> Any:
        """Return what a reference stands for."""
        ...

    def configured(self, node: Configured) -> Any:
        """Return what a configuration becomes; its arguments are made already."""
        ...

    def other(self, cls: Any, parts: list[Any], metadata: Any) -> Any:
        """Put together a value of another class."""
        ...


def read(document: Node, maker: Maker) -> Any:
    """Return what ``maker`` makes of a document; shared nodes are made once.

    Raises:
        DamagedPayloadError: The document has another shape.
        InvalidConfigError: Something contains itself.
    """
    reader = _Reader(maker)
    for key in build_order(document):
        reader.made[key] = reader.node(document["objects"][key])
    return reader.value(document["root"])


class _Reader:
    def __init__(self, maker: Maker) -> None:
        self.made: dict[str, Any] = {}
        self._maker = maker
        self._resolved: dict[tuple[str, str], Any] = {}

    def value(self, value: Any) -> Any:
        if type(value) is not dict:
            return value
        kind = value.get("type")
        if kind == "leaf":
            return value["value"]
        if kind == "ref":
            return self.made[value["key"]]
        if kind == "pyref":
            return self._pyref(value)
        if type(kind) is dict:
            return self.node(value)
        raise DamagedPayloadError(f"cannot read a value of type {kind!r}")

    def node(self, node: Node) -> Any:
        kind = f"{node['type'].get('module')}:{node['type'].get('name')}"
        parts = [self.value(value) for _, value in node["items"]]
        if kind == METADATA:
            return _About(parts[0], parts[1], parts[2])
        about = self.value(node["metadata"])
        if isinstance(about, _About):
            arguments = dict(zip(about.names, parts, strict=True))
            return self._maker.configured(Configured(kind, about.target, arguments, about.tags))
        return self._maker.other(self._pyref(node["type"]), parts, about)

    def _pyref(self, node: Node) -> Any:
        address = (node["module"], node["name"])
        if address not in self._resolved:
            self._resolved[address] = self._maker.resolve(*address)
        return self._resolved[address]
