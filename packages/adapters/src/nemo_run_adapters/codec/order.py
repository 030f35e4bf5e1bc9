"""The order in which the objects of a document can be put together: parts before wholes."""

from __future__ import annotations

from typing import Any

from nemo_run_adapters.codec.errors import DamagedPayloadError
from nemo_run_adapters.codec.wire import Node
from nemo_run_domain.errors import InvalidConfigError


def build_order(document: Node) -> list[str]:
    """Return the keys that the root needs, each one after those it refers to.

    Raises:
        InvalidConfigError: Something contains itself.
        DamagedPayloadError: A reference leads nowhere, or a node has another shape.
    """
    order: list[str] = []
    done: dict[str, bool] = {}  # False while the parts of a key are being visited
    todo = refs_of(document["root"])
    while todo:
        key = todo.pop()
        if done.get(key):
            continue
        if key in done:
            done[key] = True
            order.append(key)
            continue
        done[key] = False
        todo.append(key)
        for part in refs_of(_object(document, key)):
            if done.get(part) is False:
                raise InvalidConfigError(f"the configuration contains itself: {part!r} is inside {key!r}")
            if part not in done:
                todo.append(part)
    return order


def refuse_cycles(document: Node) -> None:
    """Raise ``InvalidConfigError`` when something contains itself."""
    build_order(document)


def refs_of(value: Any) -> list[str]:
    """Return the keys that a value of a document refers to."""
    found: list[str] = []
    todo = [value]
    while todo:
        node = todo.pop()
        if type(node) is not dict:
            continue
        kind = node["type"]
        if kind == "ref":
            found.append(node["key"])
        elif type(kind) is dict:
            todo.append(node["metadata"])
            todo += [part for _, part in node["items"]]
    return found


def _object(document: Node, key: str) -> Node:
    try:
        node = document["objects"][key]
        well_formed = type(node["type"]) is dict and all(len(item) == 2 for item in node["items"])
    except (KeyError, TypeError) as error:
        raise DamagedPayloadError(f"cannot read object {key!r}: {error!r}") from error
    if not well_formed or "metadata" not in node:
        raise DamagedPayloadError(f"cannot read object {key!r}: it has another shape")
    return node
