"""Whose parameters a dotted key is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run._types.hints import return_hint
from nemo_run.cli._help import sections
from nemo_run.cli._help.fields import Field, element_of, nested_class, own_fields
from nemo_run.cli._help.values import is_config


@dataclass(frozen=True)
class Owner:
    """A function or class that has parameters.

    Attributes:
        target: The function or class.
        config: A configuration of it whose values it starts from, or None.
    """

    target: Any
    config: Any = None


def fields_in(owner: Owner | None) -> list[Field]:
    """Return the parameters of an owner."""
    return [] if owner is None else own_fields(owner.target, config=owner.config)


def child_of(owner: Owner, step: str, path: str, words: Sequence[str]) -> Owner | None:
    """Return what a parameter of an owner holds.

    Args:
        owner: Whose parameter it is.
        step: Its name, with an index for one item of a list.
        path: Its key from the root.
        words: Those typed before, which may choose a factory for it.
    """
    name, bracket, _ = step.partition("[")
    field = next((field for field in fields_in(owner) if field.name == name), None)
    if field is None:
        return None
    if bracket:
        return _of_hint(element_of(field.hint))
    chosen = _chosen(field, path, words)
    if chosen is not None:
        return Owner(chosen)
    if is_config(field.default):
        return Owner(field.default.__fn_or_cls__, field.default)
    return _of_hint(field.hint)


def made_by(factory: Any) -> Any:
    """Return the class or function that a factory makes configurations of, if it says so."""
    try:
        return nested_class(return_hint(getattr(factory, "wrapped", factory)))
    except (TypeError, ValueError):
        return None


def _of_hint(hint: Any) -> Owner | None:
    target = nested_class(hint)
    return None if target is None else Owner(target)


def _chosen(field: Field, path: str, words: Sequence[str]) -> Any:
    """Return what the factory makes that an earlier word chose."""
    for word in reversed(words):
        key, sign, value = word.partition("=")
        if sign and key.strip() == path:
            return made_by(sections.candidates(field).get(value.partition("(")[0].strip()))
    return None
