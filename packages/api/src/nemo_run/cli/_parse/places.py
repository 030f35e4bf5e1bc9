"""Places in a configuration tree that a key leads to."""

from __future__ import annotations

import typing
from collections.abc import MutableMapping
from typing import Any, Protocol

import fiddle as fdl

from nemo_run._config.buildables import Config, Partial
from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import MISSING, evaluate, hint_for
from nemo_run._types.shape import config_class_of, is_partial
from nemo_run.cli._parse.containers import item_hint, key_hint
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.suggest import did_you_mean, listed
from nemo_run.cli._parse.values import is_set, key_for, own_copy, set_value, value_or_default
from nemo_run.cli._parse.words import Attr, Index, Steps, key_of


class Place(Protocol):
    """Where a value is in a tree.

    Attributes:
        hint: The annotation of the value; ``Parameter.empty`` if there is none.
        owner: The function or class whose parameter it is, or an item of.
        name: Of that parameter.
    """

    @property
    def hint(self) -> Any: ...
    @property
    def owner(self) -> Any: ...
    @property
    def name(self) -> str: ...

    def get(self) -> Any:
        """Return the value, or a copy of the default; ``Parameter.empty`` if there is neither."""
        ...

    def set(self, value: Any) -> None:
        """Put a value there."""
        ...

    def open(self) -> Any:
        """Return the value in order to change it; a default is copied into the tree first."""
        ...


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
        place = _step(place, value, steps, count)
    return place


class Root:
    """The whole tree."""

    hint: Any = MISSING
    owner: Any = None
    name = ""

    def __init__(self, value: Any) -> None:
        self.value = value

    def get(self) -> Any:
        return self.value

    def set(self, value: Any) -> None:
        """Put other items into a list or dictionary."""
        if isinstance(self.value, tuple):
            raise ArgumentValueError("Items of a tuple cannot be replaced; use a list", str(value), {})
        self.value.clear()
        (self.value.extend if isinstance(self.value, list) else self.value.update)(value)

    def open(self) -> Any:
        return self.value


class Argument:
    """An argument of a configuration."""

    def __init__(self, config: fdl.Buildable[Any], name: str) -> None:
        self.config = config
        self.name = name

    @property
    def owner(self) -> Any:
        return self.config.__fn_or_cls__

    @property
    def hint(self) -> Any:
        return hint_for(self.config.__fn_or_cls__, self.name)

    def get(self) -> Any:
        return value_or_default(self.config, self.name)

    def set(self, value: Any) -> None:
        set_value(self.config, self.name, value)

    def open(self) -> Any:
        arguments = self.config.__arguments__
        if self.name in arguments:
            return arguments[self.name]
        if not is_set(self.config, self.name):
            default = self.get()
            if default is MISSING or default is None:
                return default
            self.set(default)
        return arguments[key_for(self.config, self.name)]


class Attribute:
    """An attribute of an object that is no configuration."""

    def __init__(self, holder: Any, name: str) -> None:
        self.holder = holder
        self.name = name

    @property
    def owner(self) -> Any:
        return type(self.holder)

    @property
    def hint(self) -> Any:
        return attribute_hint(type(self.holder), self.name)

    def get(self) -> Any:
        return own_copy(getattr(self.holder, self.name, MISSING))

    def set(self, value: Any) -> None:
        try:
            setattr(self.holder, self.name, value)
        except (AttributeError, TypeError) as error:
            text = f"Invalid attribute '{self.name}' for {class_to_str(self.owner)}: {error}"
            raise ArgumentValueError(text, self.name, {}) from error

    def open(self) -> Any:
        return getattr(self.holder, self.name, MISSING)


class Item:
    """An item of a list, tuple or dictionary; changing it makes a new one of those."""

    def __init__(self, parent: Place, key: Any) -> None:
        self.parent = parent
        self.key = key

    @property
    def owner(self) -> Any:
        return self.parent.owner

    @property
    def name(self) -> str:
        return self.parent.name

    @property
    def hint(self) -> Any:
        hint = item_hint(self.parent.hint, self.key)
        return MISSING if hint is Any else hint

    def get(self) -> Any:
        holder = self.parent.get()
        return holder.get(self.key, MISSING) if isinstance(holder, MutableMapping) else holder[self.key]

    def set(self, value: Any) -> None:
        holder = self.parent.open()
        if isinstance(holder, MutableMapping):
            self.parent.set(
                {**holder, self.key: value} if type(holder) is dict else _with(holder, self.key, value)
            )
            return
        items = list(holder)
        items[self.key] = value
        self.parent.set(type(holder)(*items) if hasattr(holder, "_fields") else type(holder)(items))

    def open(self) -> Any:
        holder = self.parent.open()
        return holder.get(self.key, MISSING) if isinstance(holder, MutableMapping) else holder[self.key]


def attribute_hint(cls: type, name: str) -> Any:
    """Return the annotation of an attribute; ``Parameter.empty`` if it has none."""
    for base in cls.__mro__:
        annotation = vars(base).get("__annotations__", {}).get(name, MISSING)
        if annotation is not MISSING:
            return evaluate(cls, name, annotation)
    try:
        return hint_for(cls, name)
    except (TypeError, ValueError):
        return MISSING


def _with(holder: MutableMapping[Any, Any], key: Any, value: Any) -> MutableMapping[Any, Any]:
    new = own_copy(holder)
    new[key] = value
    return new


# -- one step -------------------------------------------------------------------------------------


def _step(place: Place, value: Any, steps: Steps, count: int) -> Place:
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


def _index(value: typing.Sequence[Any], step: Attr | Index, steps: Steps, count: int) -> int:
    key = step.name if isinstance(step, Attr) else step.key
    if isinstance(step, Index) and isinstance(key, int) and -len(value) <= key < len(value):
        return key
    place, size = key_of(steps[: count + 1]), len(value)
    if isinstance(step, Index):
        text = f"Invalid index '{key}' for {place}: there are {size} items"
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


# -- parents --------------------------------------------------------------------------------------


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
        text = (
            f"Invalid attribute '{name}' for {parent}, which has no value: set it first, as in {parent}=..."
        )
        raise ArgumentValueError(text, name, {})
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
