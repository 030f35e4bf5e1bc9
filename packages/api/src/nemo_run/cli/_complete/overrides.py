"""Words such as ``net.width=5``: names of parameters, and values that make sense for them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any

from nemo_run.cli._complete import files, run_settings, values
from nemo_run.cli._complete.candidate import Candidate
from nemo_run.cli._complete.owners import Owner, child_of, fields_in
from nemo_run.cli._complete.tree import Spot
from nemo_run.cli._help import sections, show
from nemo_run.cli._help.fields import Field, element_of, nested_class

_KEY = re.compile(r"(?P<key>[\w.\[\]'-]*?)\s*(?P<operator>[-+*/|&]?=)(?P<value>.*)", re.DOTALL)


def words(spot: Spot, current: str) -> Iterable[Candidate]:
    """Return the words that an entry point takes."""
    show.discover(is_main=spot.is_root)
    entrypoint = spot.command.entrypoint
    match = _KEY.fullmatch(current)
    if match is None:
        return _keys(entrypoint, spot, current)
    start = f"{match['key']}{match['operator']}"
    return _values(entrypoint, spot, match["key"], match["value"], start)


def option_values(spot: Spot, name: str, value: str, prefix: str) -> Iterable[Candidate]:
    """Return the values of ``--factory`` and ``--executor``."""
    show.discover(is_main=spot.is_root)
    if name == "executor":
        return run_settings.executors(prefix)
    if value.startswith("@"):
        return files.paths(value[1:], prefix=f"{prefix}@")
    found = sections.whole_factories(spot.command.entrypoint.fn)
    return values.factories(found, value, prefix)


def _keys(entrypoint: Any, spot: Spot, current: str) -> Iterator[Candidate]:
    parent, dot, _ = current.rpartition(".")
    if run_settings.is_about_run(entrypoint, parent):
        yield from run_settings.keys(entrypoint, parent, spot.words)
        return
    owner = _owner(entrypoint, spot, parent)
    for field in fields_in(owner):
        if not _is_hidden(entrypoint, parent, field):
            yield from _key(f"{parent}{dot}", field)
    if not parent:
        yield from run_settings.roots(entrypoint)


def _key(start: str, field: Field) -> Iterator[Candidate]:
    key = f"{start}{field.name}"
    text = values.about(field)
    yield Candidate(f"{key}=", text, goes_on=True)
    if nested_class(field.hint) is not None:
        yield Candidate(f"{key}.", f"settings of {field.name}", goes_on=True)


def _values(entrypoint: Any, spot: Spot, key: str, value: str, start: str) -> Iterable[Candidate]:
    if value.startswith("@"):
        return files.paths(value[1:], prefix=f"{start}@")
    if run_settings.is_about_run(entrypoint, key):
        return run_settings.values_for(entrypoint, key, value, start, spot.words)
    field = _field(entrypoint, spot, key)
    return [] if field is None else values.for_field(field, value, start)


def _field(entrypoint: Any, spot: Spot, key: str) -> Field | None:
    parent, _, name = key.rpartition(".")
    bare, indexes = name.partition("[")[::2]
    owner = _owner(entrypoint, spot, parent)
    found = next((field for field in fields_in(owner) if field.name == bare), None)
    if found is None or not indexes:
        return found
    return dataclasses.replace(found, hint=element_of(found.hint))


def _owner(entrypoint: Any, spot: Spot, path: str) -> Owner | None:
    owner: Owner | None = Owner(entrypoint.fn)
    steps = path.split(".") if path else []
    for number, step in enumerate(steps):
        if owner is None:
            return None
        owner = child_of(owner, step, ".".join(steps[: number + 1]), spot.words)
    return owner


def _is_hidden(entrypoint: Any, parent: str, field: Field) -> bool:
    is_context = field.name == "ctx" and entrypoint.type != "task" and not parent
    return is_context or field.name.startswith("*")
