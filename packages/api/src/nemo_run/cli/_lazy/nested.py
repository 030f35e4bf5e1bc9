"""Recorded entries -> nested mappings, and back."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nemo_run.cli._lazy.entries import FILE, Entry, normalised

_PART = re.compile(r"(?:[^.\[]|\[[^\]]*\]?)+")
SUFFIXES = ("+=", "-=", "*=", "/=", "|=", "&=")


def nested(
    entries: Iterable[Entry], read: Callable[[str, Any], Any] = lambda _, value: value
) -> dict[str, Any]:
    """Return entries as one mapping: those without a dot in their path first, then those with one.

    An operator other than ``=`` stays at the end of the last key, as in ``"width*="``. A text that
    gets a nested entry becomes the name of a factory.

    Args:
        entries: As recorded.
        read: Path, value -> what stands in the mapping.
    """
    root: dict[str, Any] = {}
    files, rest = [], []
    for entry in map(normalised, entries):
        (files if entry[1] == FILE else rest).append(entry)
    files.sort(key=lambda entry: bool(entry[0]))
    rest.sort(key=lambda entry: "." in entry[0])
    for path, _, data in files:
        merge(root, path, copy.deepcopy(data))
    for path, operator, value in rest:
        *parents, last = _parts(path)
        owner = _mapping_at(root, parents)
        owner[last if operator == "=" else f"{last}{operator}"] = read(path, value)
    return root


def merge(root: dict[str, Any], path: str, data: Any) -> None:
    """Merge data into a mapping at a path; mappings into mappings, anything else replaces what was there."""
    if not path:
        _merge(root, data)
        return
    *parents, last = _parts(path)
    owner = _mapping_at(root, parents)
    if isinstance(owner.get(last), dict) and isinstance(data, Mapping):
        _merge(owner[last], data)
    else:
        owner[last] = data


def _merge(into: dict[str, Any], data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        if isinstance(into.get(key), dict) and isinstance(value, Mapping):
            _merge(into[key], value)
        else:
            into[key] = value


def _mapping_at(root: dict[str, Any], parents: Iterable[str]) -> dict[str, Any]:
    for part in parents:
        below = root.get(part)
        if not isinstance(below, dict):
            below = root[part] = {"_factory_": below} if isinstance(below, str) else {}
        root = below
    return root


def _parts(path: str) -> list[str]:
    """Split a path at its dots, but not those in brackets."""
    return _PART.findall(path) or [path]


def split_operator(key: str) -> tuple[str, str]:
    """Split ``width*=`` into name and operator; ``=`` is that of a plain name."""
    for suffix in SUFFIXES:
        if key.endswith(suffix):
            return key[: -len(suffix)], suffix
    return key, "="
