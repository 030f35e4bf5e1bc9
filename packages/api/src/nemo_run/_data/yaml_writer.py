"""Data -> YAML text, with PyYAML's emitter and the tags of its safe dumper."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.representer import SafeRepresenter

from nemo_run._data.document import MAX_DEPTH, name_of, path_of, short
from nemo_run._data.errors import DataError, unwritable

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_STR, _MAP, _SEQ, _SET = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq", "set"))
_NULL = "tag:yaml.org,2002:null"


def write(data: Any, *, raw: bool = False) -> str:
    """Return data as YAML, which has a notation for all data; see ``formats.write``."""
    del raw
    node = node_of(data)
    try:
        return yaml.serialize(node, Dumper=_DUMPER, allow_unicode=True)
    except UnicodeError as error:
        path = _half_character(data) or "the top"
        raise unwritable(f"cannot write half a character as YAML (at {path}): {error}") from error
    except yaml.YAMLError as error:
        raise unwritable(f"cannot write this as YAML: {error}") from error


def node_of(data: Any) -> Node:
    """Return the node graph of data; an object used twice is one node, so it gets an anchor.

    Raises:
        PackagingError: A value that YAML does not have.
        InvalidConfigError: Nested too deeply.
    """
    return _Nodes().of(data)


class _Nodes:
    def __init__(self) -> None:
        self._represent = SafeRepresenter()
        self._made: dict[int, Node] = {}
        self._keep: list[Any] = []  # so that no id is used twice
        self._todo: list[tuple[Node, Any, Any, int]] = []

    def of(self, data: Any) -> Node:
        top = self._node(data, None, 0)
        while self._todo:
            node, value, where, depth = self._todo.pop()
            if depth > MAX_DEPTH:
                raise DataError(f"nested more than {MAX_DEPTH} levels deep")
            self._fill(node, value, where, depth)
        return top

    def _node(self, value: Any, where: Any, depth: int) -> Node:
        if not isinstance(value, (dict, list, tuple, set)):
            return self._scalar(value, where)
        node = self._made.get(id(value))
        if node is None:
            node = _empty(value)
            self._made[id(value)] = node
            self._keep.append(value)
            self._todo.append((node, value, where, depth))
        return node

    def _fill(self, node: Any, value: Any, where: Any, depth: int) -> None:
        if isinstance(value, (list, tuple)):
            node.value.extend(self._node(item, (where, i), depth + 1) for i, item in enumerate(value))
            return
        pairs = value.items() if isinstance(value, dict) else [(item, None) for item in value]
        for key, item in _in_order(pairs):
            place = (where, key)
            node.value.append((self._node(key, place, depth + 1), self._node(item, place, depth + 1)))

    def _scalar(self, value: Any, where: Any) -> Node:
        if isinstance(value, str):
            return ScalarNode(_STR, "".join(value), style="|" if _suits_block(value) else None)
        represent = SafeRepresenter.yaml_representers.get(type(value))
        if represent is None or type(value) in (dict, list, tuple, set):
            path = name_of(path_of(where)) or "the top"
            raise unwritable(f"YAML cannot hold {short(value)} of type {type(value).__name__} (at {path})")
        return represent(self._represent, value)


def _half_character(data: Any) -> str:
    """Return the path of a text that no file can hold, or of the mapping that has it as a key."""
    seen: set[int] = set()
    todo: list[tuple[Any, Any]] = [(data, None)]
    while todo:
        value, where = todo.pop()
        if isinstance(value, str) and not _is_whole(value):
            return name_of(path_of(where)).encode(errors="backslashreplace").decode()
        if isinstance(value, (dict, list, tuple, set)) and id(value) not in seen:
            seen.add(id(value))
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in items:
                todo += [(item, (where, key)), (key, where)]
    return ""


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeError:
        return False
    return True


def _empty(value: Any) -> Node:
    if isinstance(value, (list, tuple)):
        return SequenceNode(_SEQ, [], flow_style=False)
    return MappingNode(_MAP if isinstance(value, dict) else _SET, [], flow_style=False)


def _in_order(pairs: Any) -> list[tuple[Any, Any]]:
    pairs = list(pairs)
    try:
        return sorted(pairs, key=lambda pair: pair[0])
    except TypeError:
        return pairs


def _suits_block(text: str) -> bool:
    """Whether a text of several lines comes back unchanged from a block."""
    if "\n" not in text or text[0] in " \t\n":
        return False
    return all(line == line.rstrip() and line.isprintable() for line in text.split("\n"))
