"""Values that make sense for a parameter."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nemo_run._types.describe import class_to_str
from nemo_run._types.shape import is_class, members_of
from nemo_run.cli._complete import files
from nemo_run.cli._complete.candidate import Candidate
from nemo_run.cli._help import docs, sections
from nemo_run.cli._help.fields import Field, choices_of, element_of, own_fields


def about(field: Field) -> str:
    """Return a type, and the default or what the documentation says, on one line."""
    default = f" = {field.shown}" if field.shown else ""
    parts = [f"{class_to_str(field.hint)}{default}", field.doc]
    return "; ".join(part for part in parts if part)


def for_field(field: Field, value: str, start: str) -> Iterator[Candidate]:
    """Yield the words for a parameter.

    Args:
        field: The parameter.
        value: What there is of its value.
        start: Of the word, the equals sign included.
    """
    known = sections.candidates(field)
    before, rest = _last_item(value)
    if before:
        element = element_of(field.hint)
        items = sections.candidates(Field(field.key, field.name, field.owner, element)) or known
        yield from factories(items, rest, f"{start}{before}")
        yield from (Candidate(f"{start}{before}{choice}", goes_on=True) for choice in choices_of(element))
        return
    yield from (Candidate(f"{start}{choice}") for choice in choices_of(field.hint))
    yield from factories(known, value, start)
    if any(_is_path(member) for member in _members(field.hint)):
        yield from files.paths(value, prefix=start)


def factories(known: Mapping[str, Any], value: str, start: str) -> Iterable[Candidate]:
    """Return the factories' names, or, behind ``NAME(``, the parameters of one."""
    name, bracket, inside = value.partition("(")
    if not bracket:
        return [
            Candidate(f"{start}{each}", docs.first_line(docs.doc_of(function)) or "factory")
            for each, function in known.items()
        ]
    function = known.get(name)
    return [] if function is None or ")" in inside else _in_call(function, f"{start}{name}(", inside)


def _in_call(function: Callable[..., Any], start: str, inside: str) -> Iterator[Candidate]:
    before, comma, last = inside.rpartition(",")
    blank = last[: len(last) - len(last.lstrip())]
    start = f"{start}{before}{comma}{blank}"
    key, sign, value = last.strip().partition("=")
    for field in own_fields(getattr(function, "wrapped", function)):
        if not sign:
            yield Candidate(f"{start}{field.name}=", about(field), goes_on=True)
        elif field.name == key:
            for each in for_field(field, value, f"{start}{key}="):
                yield Candidate(each.value, each.help, goes_on=True)


def _last_item(value: str) -> tuple[str, str]:
    """Return a list being typed up to its last item, and that item; nothing if it is no list."""
    if not value.startswith("["):
        return "", value
    depth, at = 0, 1
    for position, char in enumerate(value[1:], start=1):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            at = position + 1
    at += len(value[at:]) - len(value[at:].lstrip())
    return value[:at], value[at:]


def _members(hint: Any) -> tuple[Any, ...]:
    try:
        return members_of(hint)
    except Exception:  # noqa: BLE001 - annotations are users' objects
        return ()


def _is_path(member: Any) -> bool:
    return is_class(member) and issubclass(member, pathlib.PurePath)
