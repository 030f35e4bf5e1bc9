"""What is going to run, as a tree of lines."""

from __future__ import annotations

import dataclasses
import functools
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run._masking import hides, masked
from nemo_run._translate import is_configured, is_lazy
from nemo_run_domain.secrets import MASK

_LONGEST = 300
_DEEPEST = 40
_HIDDEN = ("experiment_id", "experiment_dir", "job_dir", "job_name")  # set when it runs


@dataclass(frozen=True)
class Node:
    """A line and what belongs below it."""

    text: str
    parts: tuple[Node, ...] = ()


def node_of(name: str, value: Any, depth: int = 0, inside: str = "") -> Node:
    """Return a value as a tree: of configurations and executors, what was set.

    Args:
        name: Of what has the value; empty for the root.
        value: Configuration, executor, container or anything else.
        depth: How far down it is.
        inside: Name of the containers it is in, if that says that they hold secrets.
    """
    inside = name if hides(name) else inside
    parts = [] if depth > _DEEPEST else [*_parts_of(value)]
    if not parts and not _is_object(value):
        text = _short(masked(value, inside))
        return Node(f"{name} = {text}" if name else text)
    label = _class_of(value)
    inside = "" if _is_object(value) else inside
    children = tuple(node_of(part, inner, depth + 1, inside) for part, inner in parts)
    return Node(f"{name}: {label}" if name and label else name or label, children)


def lines_of(node: Node, indent: str = "") -> Iterator[str]:
    """Yield a tree as lines of text."""
    first, *more = node.text.split("\n")
    yield indent + first
    yield from (f"{indent}  {line}" for line in more)
    for part in node.parts:
        yield from lines_of(part, indent + "  ")


def _is_object(value: Any) -> bool:
    return is_configured(value) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    if is_configured(value):
        value = masked(value) if is_lazy(value) else value  # whose arguments are words
        yield from ((str(name), inner) for name, inner in value.__arguments__.items())
    elif _is_object(value):
        yield from _changed_fields(value)
    elif isinstance(value, Mapping) and value:
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, (list, tuple)) and any(map(_is_object, value)):
        yield from ((f"[{index}]", inner) for index, inner in enumerate(value))


def _changed_fields(instance: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields that do not have their default."""
    for spec in dataclasses.fields(instance):
        if spec.name.startswith("_") or spec.name in _HIDDEN or not hasattr(instance, spec.name):
            continue
        value = getattr(instance, spec.name)
        if not _is_default(spec, value):
            yield spec.name, value


def _is_default(spec: dataclasses.Field[Any], value: Any) -> bool:
    default = spec.default if spec.default_factory is dataclasses.MISSING else spec.default_factory()
    try:
        return type(value) is type(default) and bool(value == default)
    except Exception:  # noqa: BLE001 - users' classes compare as they like, arrays do not compare at all
        return False


def _class_of(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        return ""
    target = value.__fn_or_cls__ if is_configured(value) else type(value)
    return getattr(target, "__qualname__", None) or repr(target)


def _short(value: Any) -> str:
    if value is MASK:
        return MASK
    if isinstance(value, type) or callable(value):
        return f"{value.__module__}.{name}" if (name := getattr(value, "__qualname__", "")) else repr(value)
    return _shortener().repr(value)


@functools.cache
def _shortener() -> reprlib.Repr:
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = _LONGEST
    short.maxlist = short.maxtuple = short.maxdict = short.maxset = short.maxfrozenset = 50
    return short
