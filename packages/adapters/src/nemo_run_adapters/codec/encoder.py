"""Configurations -> documents, without fiddle.

Every list, dictionary, tuple, configuration and dataclass instance becomes one entry of the
document and is referred to by its key, so sharing is kept, the work is linear and depth does not
matter. The optional ``paths`` of the format are left out: they grow with the number of ways to
reach a node.
"""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.codec import node_types
from nemo_run_adapters.codec.advice import way_out
from nemo_run_adapters.codec.errors import unserializable
from nemo_run_adapters.codec.fiddle_registry import (
    fiddle_constant,
    fiddle_node_type,
    is_plain_buildable,
    lazy_import_name,
)
from nemo_run_adapters.codec.node_types import NodeType, node_type_of
from nemo_run_adapters.codec.order import refuse_cycles
from nemo_run_adapters.codec.pyref_writer import PyrefWriter
from nemo_run_adapters.codec.references import REFERABLE
from nemo_run_adapters.codec.where import Where, at
from nemo_run_adapters.codec.wire import CONFIG, METADATA, VERSION, Node, pyref, split_ref

_METADATA = pyref(*split_ref(METADATA))
_CONFIG = pyref(*split_ref(CONFIG))
_WORD_START = re.compile(r"(?<=[^_A-Z])(?=[A-Z])")


class Encoder:
    """Writes one document.

    Attributes:
        pyref: Writes the references of the document.
    """

    def __init__(
        self, *, aliases: Mapping[str, Any] | None = None, by_value: bool = False, policy: Any = None
    ) -> None:
        self.pyref = PyrefWriter(aliases or {}, collect=by_value, policy=policy)
        self._objects: dict[str, Node] = {}
        self._refcounts: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._counters: dict[str, int] = {}
        self._keep: list[Any] = []  # so that no id is used twice
        self._todo: deque[tuple[Any, str, Where, bool]] = deque()
        self._shares = False
        self._empty: dict[str, Any] = {}
        self._names: dict[tuple[Any, ...], Any] = {}
        self._abouts: dict[tuple[int, tuple[Any, ...]], str] = {}

    def encode(self, root: Any) -> Node:
        """Return the document of ``root``.

        Raises:
            PackagingError: A value the format cannot hold, with its path; it is also fiddle's
                ``UnserializableValueError`` or ``PyrefPolicyError``, or an ``AttributeError``.
            InvalidConfigError: Something contains itself.
        """
        top = self._value(root, None, plain=False)
        while self._todo:
            value, key, where, plain = self._todo.popleft()
            self._objects[key] = self._node(value, where, plain)
        document = {
            "root": top,
            "objects": self._objects,
            "refcounts": self._refcounts,
            "version": VERSION,
        }
        if self._shares:  # without sharing there is no cycle
            refuse_cycles(document)
        return document

    def _value(self, value: Any, where: Where, *, plain: bool) -> Any:
        """Return the JSON that stands where ``value`` is used; ``plain`` inside metadata."""
        if isinstance(value, REFERABLE):
            return self.pyref(value, where)
        if value is None or isinstance(value, (str, int, float)):
            bare = _bare(value)
            return bare if plain else {"type": "leaf", "value": bare}
        if isinstance(value, bytes) or (type(value) is tuple and not value):
            return self._node(value, where, plain)
        if (reference := fiddle_constant(value) or lazy_import_name(value)) is not None:
            return pyref(*reference)
        return self._ref(value, where, plain)

    def _ref(self, value: Any, where: Where, plain: bool) -> Node:
        key = self._keys.get(id(value))
        if key is None:
            key = self._keys[id(value)] = self._new_key(_hint(value))
            self._keep.append(value)
            self._todo.append((value, key, where, plain))
        elif not plain:  # metadata holds no configurations
            self._shares = True
        self._refcounts[key] = self._refcounts.get(key, 0) + 1
        return {"type": "ref", "key": key}

    def _new_key(self, hint: str) -> str:
        name = _WORD_START.sub("_", hint).lower()
        number = self._counters[name] = self._counters.get(name, 0) + 1
        return f"{name}_{number}"

    def _node(self, value: Any, where: Where, plain: bool) -> Node:
        cls = type(value)
        if (known := node_type_of(cls)) is not None:
            return self._parts(value, known, where, plain)
        if is_plain_buildable(cls):
            return self._configured(value, where, plain)
        if (known := fiddle_node_type(cls)) is not None:
            return self._parts(value, known, where, plain)
        if dataclasses.is_dataclass(cls):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
            return self._config(_CONFIG, cls, fields, {}, where, plain)
        if (known := fiddle_node_type(cls, load=True)) is not None:
            return self._parts(value, known, where, plain)
        raise unserializable(f"Unserializable value {value!r} of type {cls}; {way_out(value)}. {at(where)}")

    def _parts(self, value: Any, known: NodeType, where: Where, plain: bool) -> Node:
        children, metadata = known.flatten(value)
        self._keep.append((children, metadata))
        items = [
            [text, self._value(child, (where, step), plain=plain)]
            for (text, step), child in zip(known.labels(value), children, strict=True)
        ]
        about = None if metadata is None else self._value(metadata, (where, ".<metadata>"), plain=True)
        return {"type": self.pyref(type(value), where), "items": items, "metadata": about}

    def _configured(self, value: Any, where: Where, plain: bool) -> Node:
        tags = {name: frozenset(tags) for name, tags in value.__argument_tags__.items() if tags}
        kind = self.pyref(type(value), where)
        return self._config(kind, value.__fn_or_cls__, _in_signature_order(value), tags, where, plain)

    def _config(
        self, kind: Node, target: Any, arguments: dict[Any, Any], tags: Any, where: Where, plain: bool
    ) -> Node:
        items: list[Any] = []
        for name, value in arguments.items():
            text, step = node_types.argument(name)
            items.append([text, self._value(value, (where, step), plain=plain)])
        return {"type": kind, "items": items, "metadata": self._about(target, list(arguments), tags, where)}

    def _about(self, target: Any, names: list[Any], tags: Any, where: Where) -> Node:
        """Return a reference to what is the same for all configurations of one kind."""
        same = (id(target), tuple(names))
        key = None if tags else self._abouts.get(same)
        if key is None:
            key = self._new_about(target, names, tags, where)
            self._keep.append(target)
            if not tags:
                self._abouts[same] = key
        self._refcounts[key] = self._refcounts.get(key, 0) + 1
        return {"type": "ref", "key": key}

    def _new_about(self, target: Any, names: list[Any], tags: Any, where: Where) -> str:
        inside = (where, ".<metadata>")
        empty = self._value(self._empty, inside, plain=True)
        about = {
            "type": _METADATA,
            "items": [
                ["Attr(name='fn_or_cls')", self._value(target, inside, plain=True)],
                ["Attr(name='argument_names')", self._value(self._one_tuple(names), inside, plain=True)],
                ["Attr(name='argument_tags')", self._value(tags, inside, plain=True) if tags else empty],
                ["Attr(name='argument_history')", empty],
            ],
            "metadata": _METADATA,
        }
        key = self._new_key("buildable_traverser_metadata")
        self._objects[key] = about
        return key

    def _one_tuple(self, names: list[Any]) -> tuple[Any, ...]:
        """Return the same tuple for the same names, so that it is written once."""
        return self._names.setdefault(tuple(names), tuple(names))


def _bare(value: Any) -> Any:
    """Return the plain text or number; subclasses such as ``Secret`` do not travel as such."""
    if value is None or type(value) in (bool, int, str, float):
        return value
    if isinstance(value, str):
        return "".join(value)
    return float(value) if isinstance(value, float) else int(value)


def _hint(value: Any) -> str:
    named = getattr(value, "__fn_or_cls__", None) if is_plain_buildable(type(value)) else type(value)
    return str(getattr(named, "__name__", "value"))


def _in_signature_order(configured: Any) -> dict[Any, Any]:
    arguments = configured.__arguments__
    names = [name for name in configured.__signature_info__.parameters if name in arguments]
    if len(names) < len(arguments):
        rest = [name for name in arguments if name not in names]
        positions = sorted(name for name in rest if isinstance(name, int))
        names = positions + names + [name for name in rest if not isinstance(name, int)]
    return {name: arguments[name] for name in names}
