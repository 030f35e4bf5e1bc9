"""One step along a key, and what is said if it leads nowhere."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

import fiddle as fdl

from nemo_run._suggest import did_you_mean, listed
from nemo_run._types.describe import class_to_str
from nemo_run.cli._parse.containers import key_hint
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.holders import Argument, Attribute, Item, Place
from nemo_run.cli._parse.words import Attr, Index, Steps, key_of


def step_from(place: Place, value: Any, steps: Steps, count: int) -> Place:
    """Return the place one step further than ``place``, where ``value`` is after ``count`` steps."""
    step = steps[count]
    if isinstance(value, fdl.Buildable) and isinstance(step, Attr):
        return Argument(value, _parameter(value, step.name, is_root=count == 0))
    if isinstance(value, (list, tuple)):
        return Item(place, _index(value, step, steps, count))
    if isinstance(value, MutableMapping):
        return Item(place, _dict_key(value, step, place.hint))
    if isinstance(step, Index) and not isinstance(step.key, str):
        raise ArgumentValueError(
            f"Invalid index '{step.key}' for {key_of(steps[: count + 1])}", str(step.key), {}
        )
    name = step.name if isinstance(step, Attr) else str(step.key)
    if isinstance(value, fdl.Buildable):
        return Argument(value, _parameter(value, name, is_root=count == 0))
    return Attribute(value, _attribute(value, name))


def _dict_key(value: MutableMapping[Any, Any], step: Attr | Index, hint: Any) -> Any:
    if isinstance(step, Attr):
        return step.name
    wanted = key_hint(hint)
    if wanted is str or (isinstance(step.key, int) and str(step.key) in value and step.key not in value):
        return str(step.key)
    return step.key


def _index(value: Sequence[Any], step: Attr | Index, steps: Steps, count: int) -> int:
    key = step.name if isinstance(step, Attr) else step.key
    if isinstance(step, Index) and isinstance(key, int) and -len(value) <= key < len(value):
        return key
    place, size = key_of(steps[: count + 1]), len(value)
    if isinstance(step, Index):
        reason = f"there are {size} items" if isinstance(key, int) else "use a number, as in [0]"
        text = f"Invalid index '{key}' for {place}: {reason}"
    else:
        text = f"Invalid attribute '{key}' for {key_of(steps[:count]) or 'the list'}: use an index, as in [0]"
    raise ArgumentValueError(text, str(key), {})


def _parameter(config: fdl.Buildable[Any], name: str, *, is_root: bool) -> str:
    parameters = config.__signature_info__.parameters
    parameter = parameters.get(name)
    if parameter is not None and parameter.kind is parameter.VAR_POSITIONAL:
        text = f"Cannot access VAR_POSITIONAL parameter '{name}' of {class_to_str(config.__fn_or_cls__)}"
        raise ArgumentValueError(text, name, {})
    takes_any = config.__signature_info__.has_var_keyword and not name.startswith("__")
    if takes_any or (parameter is not None and parameter.kind is not parameter.VAR_KEYWORD):
        return name
    target = class_to_str(config.__fn_or_cls__)
    known = [p.name for p in parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    start = f"Invalid argument: No parameter named '{name}' exists for {target}"
    if not is_root:
        start = f"Invalid attribute '{name}' for {target}: it has no such parameter"
    raise ArgumentValueError(_with_names(start, name, known), name, {"valid": known})


def _attribute(value: Any, name: str) -> str:
    cls = type(value)
    known = (
        [*dict.fromkeys([*_annotated(cls), *vars(value)])] if hasattr(value, "__dict__") else _annotated(cls)
    )
    known = [other for other in known if not other.startswith("_")]
    if name in known or isinstance(getattr(cls, name, None), property):
        return name
    text = f"Invalid attribute '{name}' for {class_to_str(cls)}: it has no such attribute"
    raise ArgumentValueError(_with_names(text, name, known), name, {"valid": known})


def _annotated(cls: type) -> list[str]:
    return [name for base in reversed(cls.__mro__) for name in vars(base).get("__annotations__", {})]


def _with_names(text: str, name: str, known: list[str]) -> str:
    there_are = f"; it has {listed(known)}." if known else "."
    return f"{text}{there_are}{did_you_mean(name, known)}"
