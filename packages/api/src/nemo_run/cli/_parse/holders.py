"""Places of values, by what holds them: configurations, lists, dictionaries and other objects."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import MISSING, evaluate, hint_for
from nemo_run.cli._parse.containers import item_hint
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.values import is_set, key_for, own_copy, set_value, value_or_default

if TYPE_CHECKING:
    import fiddle as fdl


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
