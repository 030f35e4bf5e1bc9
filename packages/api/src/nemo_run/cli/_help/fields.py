"""Parameters of functions and classes, with all that is known about them; nested ones included."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from nemo_run._types.hints import hints_of, signature_of
from nemo_run._types.shape import config_class_of, is_class, members_of
from nemo_run.cli._help import docs, values

MISSING: Any = inspect.Parameter.empty
LEVELS = 2


@dataclass(frozen=True)
class Field:
    """One thing that ``key=value`` sets.

    Attributes:
        key: As it is written, ``net.width``.
        name: Its last part; of ``**kwargs`` with the stars.
        owner: The function or class that has the parameter.
        hint: Its annotation, or ``Parameter.empty``.
        default: The value it has without being set, ``Parameter.empty`` if it must be.
        shown: The default as text; empty if it must be set.
        doc: What is said about it.
        required: Whether it must be set.
        level: 0 for the function's own.
    """

    key: str
    name: str
    owner: Any
    hint: Any = MISSING
    default: Any = MISSING
    shown: str = ""
    doc: str = ""
    required: bool = False
    level: int = 0


def fields_of(
    target: Any, *, hidden: tuple[str, ...] = (), levels: int = LEVELS, config: Any = None
) -> Iterator[Field]:
    """Yield the parameters of a function, each followed by those of its class.

    Args:
        target: The function.
        hidden: Names that nobody sets.
        levels: How deep classes are unfolded.
        config: See ``own_fields``.
    """
    for field in own_fields(target, config=config):
        if field.name not in hidden:
            yield field
            yield from _below(field, levels, (target,))


def own_fields(target: Any, *, prefix: str = "", config: Any = None, level: int = 0) -> list[Field]:
    """Return the parameters of one function or class; none of what tells nobody its parameters.

    Args:
        target: The function or class.
        prefix: What their keys start with.
        config: A configuration of ``target`` whose values stand before its own defaults.
        level: See ``Field.level``.
    """
    try:
        parameters = signature_of(target).parameters
        hints = hints_of(target)
    except Exception:  # noqa: BLE001 - any object may be asked for, and builtins have no signature
        return []
    told = docs.parameter_docs(target)
    found = [_field(target, parameter, hints, told) for parameter in parameters.values()]
    return [
        dataclasses.replace(_with_value(field, config), key=f"{prefix}{field.name}", level=level)
        for field in found
    ]


def nested_class(hint: Any) -> Any:
    """Return the class whose parameters are set with ``name.key=value``; None for plain values."""
    if hint is MISSING:
        return None
    try:
        target = config_class_of(hint)
    except Exception:  # noqa: BLE001 - annotations are users' objects
        return None
    if inspect.isfunction(target):
        return target
    return target if is_class(target) and _is_worth_showing(target) else None


def element_of(hint: Any) -> Any:
    """Return the type of the items of a container; ``Parameter.empty`` if it says none."""
    try:
        members = members_of(hint)
    except Exception:  # noqa: BLE001 - annotations are users' objects
        return MISSING
    found = [args[-1] for member in members if (args := _arguments_of(member))]
    return found[0] if found else MISSING


def _arguments_of(hint: Any) -> list[Any]:
    origin = get_origin(hint)
    is_container = isinstance(origin, type) and issubclass(origin, Iterable) and origin is not type
    return [arg for arg in get_args(hint) if arg is not Ellipsis] if is_container else []


def choices_of(hint: Any) -> list[str]:
    """Return what may be written for a parameter that takes one of a few values."""
    try:
        members = members_of(hint)
    except Exception:  # noqa: BLE001 - annotations are users' objects
        return []
    return list(dict.fromkeys(text for member in members for text in _choices(member)))


def _choices(member: Any) -> list[str]:
    if get_origin(member) is Literal:
        return [values.text_of(value) if not isinstance(value, str) else value for value in get_args(member)]
    if is_class(member) and issubclass(member, enum.Enum):
        return list(member.__members__)
    if member is bool:
        return ["true", "false"]
    return ["None"] if member is type(None) else []


def _field(target: Any, parameter: inspect.Parameter, hints: Mapping[str, Any], told: Any) -> Field:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    default, shown = _default(target, parameter)
    return Field(
        key=parameter.name,
        name=f"{stars}{parameter.name}",
        owner=target,
        hint=hints.get(parameter.name, MISSING),
        default=default,
        shown=shown,
        doc=told.get(parameter.name, ""),
        required=not shown and not stars,
    )


def _default(target: Any, parameter: inspect.Parameter) -> tuple[Any, str]:
    field = getattr(target, "__dataclass_fields__", {}).get(parameter.name)
    if field is not None and field.default_factory is not dataclasses.MISSING:
        return MISSING, values.made_by(field.default_factory)
    if parameter.default is MISSING:
        return MISSING, ""
    return parameter.default, values.head_of(parameter.default, parameter.name)


def _with_value(field: Field, config: Any) -> Field:
    value = values.default_in(config, field.name)
    if value is MISSING:
        return field
    return dataclasses.replace(field, default=value, shown=values.head_of(value, field.name), required=False)


def _below(field: Field, levels: int, seen: tuple[Any, ...]) -> Iterator[Field]:
    config = field.default if values.is_config(field.default) else None
    target = config.__fn_or_cls__ if config is not None else nested_class(field.hint)
    if levels < 1 or target is None or target in seen or field.name.startswith("*"):
        return
    for inner in own_fields(target, prefix=f"{field.key}.", config=config, level=field.level + 1):
        if not inner.name.startswith("*"):
            yield inner
            yield from _below(inner, levels - 1, (*seen, target))


def _is_worth_showing(target: type) -> bool:
    """Whether a class is configured by its parameters; numbers, paths, enums and containers are not."""
    if dataclasses.is_dataclass(target):
        return True
    top = str(getattr(target, "__module__", "")).partition(".")[0]
    is_plain = issubclass(target, (enum.Enum, BaseException, int, str, bytes, float, dict, list, tuple, set))
    return top not in sys.stdlib_module_names and not is_plain and "__init__" in vars(target)
