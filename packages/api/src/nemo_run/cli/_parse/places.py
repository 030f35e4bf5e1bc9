"""Places in a configuration tree that a key leads to."""

from __future__ import annotations

import typing
from typing import Any

from nemo_run._config.buildables import Config, Partial
from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import MISSING, Unresolved
from nemo_run._types.shape import config_class_of, is_partial
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.holders import Place as Place
from nemo_run.cli._parse.holders import Root
from nemo_run.cli._parse.steps import step_from
from nemo_run.cli._parse.words import Index, Steps, key_of


def locate(root: Any, steps: Steps, *, create: bool) -> Place:
    """Find where a key leads; the value there need not exist.

    Defaults on the way are copied into the tree before something in them is changed.

    Args:
        root: A configuration, a list of them, or any object.
        steps: The key, see ``parse_key``.
        create: Make a configuration of the annotated type for a parent that has no value.

    Raises:
        ArgumentValueError: It leads nowhere; says which part of it, and what there is.
    """
    place: Place = Root(root)
    value = root
    for count in range(len(steps)):
        if count:
            value = place.open()
            if value is MISSING or value is None:
                value = _made(place, steps, count, create)
        place = step_from(place, value, steps, count)
    return place


def _made(place: Place, steps: Steps, count: int, create: bool) -> Any:
    """Put a new value where a parent has none, and return it."""
    hint = place.hint
    target = config_class_of(hint)
    parent, step = key_of(steps[:count]), steps[count]
    if isinstance(step, Index) and isinstance(step.key, int) and target is not dict:
        raise ArgumentValueError(
            f"Invalid index '{step.key}' for {key_of(steps[: count + 1])}: {parent} has no value",
            str(step.key),
            {},
        )
    if not create or target is None:
        name = key_of(steps[count : count + 1])
        reason = f"which has no value: set it first, as in {parent}=..."
        if isinstance(hint, Unresolved):
            reason = f"which has no value, and its annotation {hint.text!r} cannot be resolved"
        raise ArgumentValueError(f"Invalid attribute '{name}' for {parent}, {reason}", name, {})
    place.set(_new(hint, target, parent))
    return place.open()


def _new(hint: Any, target: Any, parent: str) -> Any:
    if isinstance(target, type) and (issubclass(target, dict) or typing.is_typeddict(target)):
        return {}
    try:
        return (Partial if is_partial(hint) else Config)(target)
    except (TypeError, ValueError) as error:
        text = f"Cannot configure {class_to_str(target)} for {parent}: {error}"
        raise ArgumentValueError(text, parent, {}) from error
