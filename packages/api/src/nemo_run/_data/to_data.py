"""Configurations -> plain data."""

from __future__ import annotations

import collections
import dataclasses
import enum
import inspect
import pathlib
from collections.abc import Mapping
from typing import Any

import fiddle as fdl

from nemo_run._data.arguments import leads_inside
from nemo_run._data.cycles import refuse_cycles
from nemo_run._data.document import Where
from nemo_run._data.errors import unwritable
from nemo_run._data.fit import ANYTHING, Fit, fit_of, is_path
from nemo_run._data.fits import Fits
from nemo_run._data.forms import (
    ARGS,
    OPERATORS,
    PARTIAL,
    RESERVED,
    TARGET,
    as_form,
    form,
    has_form,
    pairs_form,
    path_form,
    reference,
    special_form,
)
from nemo_run._data.targets import name_of_target
from nemo_run._data.unset import UnsetArguments
from nemo_run_adapters.codec.advice import way_out
from nemo_run_adapters.codec.where import at
from nemo_run_domain.secrets import Secret

_NATIVE_KEYS = (str, int, float, bool, type(None))
_SIMPLE = (str, int, bool, float)


def to_data(value: Any) -> Any:
    """Return a configuration, or a container of some, as mappings, lists and scalars.

    ``Config(T, a=1)`` is ``{"_target_": "module.T", "a": 1}``, a ``Partial`` has ``"_partial_": True``
    on top, functions and classes are ``{"_target_": ..., "_call_": False}``, paths and enums have
    ``_args_``. Positional arguments have their place as key. Only what was set is written, and the
    default of what would be configured by itself otherwise. Scalars may also be bytes, dates and sets,
    as YAML has them. What would come back as something else than it is, such as a text where a number
    belongs, is written as a value of its class with ``_args_``; so is a ``Secret``, with what it hides.

    Raises:
        PackagingError: A value that cannot be written, with its path; also PyYAML's ``RepresenterError``.
        InvalidConfigError: Something contains itself.
    """
    return _Writer().run(value)


class _Writer:
    def __init__(self) -> None:
        self._todo: list[tuple[Any, Any, Any, Fit, Where]] = []
        self._made: dict[tuple[int, int], Any] = {}
        self._keep: list[Any] = []  # so that no id is used twice
        self._names: dict[int, str] = {}
        self._fits = Fits()
        self._unset = UnsetArguments()
        self._shares = False

    def run(self, root: Any) -> Any:
        top: list[Any] = [None]
        self._todo.append((top, 0, root, ANYTHING, None))
        while self._todo:
            holder, key, value, fit, where = self._todo.pop()
            holder[key] = self._data(value, fit, where)
        if self._shares:  # without sharing there is no cycle
            refuse_cycles(top)
        return top[0]

    def _data(self, value: Any, fit: Fit, where: Where) -> Any:
        cls = type(value)
        if value is None:
            return None
        if cls in _SIMPLE:
            return value if _comes_back(value, fit) else as_form(value)
        if isinstance(value, (fdl.Buildable, dict, list, tuple, set, frozenset)) or _is_instance(value):
            return self._shared(value, fit, where)
        return self._leaf(value, cls, fit, where)

    def _shared(self, value: Any, fit: Fit, where: Where) -> Any:
        """Write an object once, however often it is used."""
        key = (id(value), 0 if isinstance(value, fdl.Buildable) else id(fit))
        if key in self._made:
            self._shares = True
        else:
            self._keep.append((value, fit))
            self._made[key] = self._whole(value, fit, where)
        return self._made[key]

    def _whole(self, value: Any, fit: Fit, where: Where) -> Any:
        if isinstance(value, fdl.Buildable):
            return self._configured(value, where)
        if type(value) is dict:
            return self._mapping(value, fit, where)
        if _is_instance(value):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
            return self._config(type(value), fields, where)
        if hasattr(value, "_fields"):
            new = form(self._name(type(value), where), *value)
            self._items(new["_args_"], ANYTHING, where)
            return new
        if type(value) in (set, frozenset):
            return self._set(value, where)
        if type(value) not in (list, tuple):
            return self._special(value, where)
        return self._list(value, fit, where)

    def _configured(self, value: fdl.Buildable, where: Where) -> Any:
        partial = isinstance(value, fdl.Partial)
        if not partial and not isinstance(value, fdl.Config):
            raise unwritable(f"a file cannot hold a {type(value).__name__}. {at(where)}")
        data = self._config(value.__fn_or_cls__, self._arguments(value, where), where)
        if partial:
            data[PARTIAL] = True
        return data

    def _arguments(self, config: fdl.Buildable, where: Where) -> Mapping[Any, Any]:
        """Return what was set, and the defaults of what would not stay unset in a file."""
        unset = self._unset.of(config)
        for name, default in unset.items():
            if default is inspect.Parameter.empty:
                raise unwritable(
                    f"a file cannot hold that {name!r} was left unset, because that is configured "
                    f"by itself; set it. {at(where)}"
                )
        return {**config.__arguments__, **unset} if unset else config.__arguments__

    def _config(self, target: Any, arguments: Mapping[Any, Any], where: Where) -> dict[Any, Any]:
        data: dict[Any, Any] = {TARGET: self._name(target, where), **dict.fromkeys(arguments)}
        for name, value in arguments.items():
            place = (where, f"[{name}]" if isinstance(name, int) else f".{name}")
            _check_name(name, target, place)
            self._todo.append((data, name, value, self._fits.of_argument(target, name), place))
        return data

    def _mapping(self, value: dict[Any, Any], fit: Fit, where: Where) -> Any:
        if not _is_plain(value, fit):
            return self._pairs(pairs_form(value.items()), where)
        inner = self._fits.of(fit.mapping[1]) if fit.mapping else ANYTHING
        new = dict.fromkeys(_plain(key) for key in value)
        self._todo.extend(
            (new, _plain(key), item, inner, (where, f"[{key!r}]")) for key, item in value.items()
        )
        return new

    def _special(self, value: Any, where: Where) -> Any:
        """Write a dictionary of the standard library that is more than a dictionary."""
        if (new := special_form(value)) is None:
            raise _unknown(value, where)
        if isinstance(value, collections.defaultdict):
            new[ARGS][0] = self._data(value.default_factory, ANYTHING, where)
        return self._pairs(new, where)

    def _pairs(self, new: dict[str, Any], where: Where) -> Any:
        """Write the keys and values of a form that ends with pairs."""
        for pair in new[ARGS][-1]:
            self._items(pair, ANYTHING, where)
        return new

    def _list(self, value: Any, fit: Fit, where: Where) -> Any:
        items = list(value)
        if fit.takes_items(len(items)):
            self._items(items, fit, where)
            return items
        self._items(items, ANYTHING, where)
        cls = tuple if fit.takes_list and type(value) is tuple else list
        return form(f"builtins.{cls.__name__}", items)

    def _items(self, items: list[Any], fit: Fit, where: Where) -> None:
        """Write the items of a list in their places."""
        fits = [self._fits.of(fit.item_at(i)) for i in range(len(items))] if fit.collect else []
        for i, item in enumerate(items):
            self._todo.append((items, i, item, fits[i] if fits else ANYTHING, (where, f"[{i}]")))

    def _set(self, value: Any, where: Where) -> Any:
        if type(value) is set and all(type(item) in _SIMPLE or item is None for item in value):
            return set(value)
        name = "frozenset" if isinstance(value, frozenset) else "set"
        new = form(f"builtins.{name}", list(value))
        self._items(new["_args_"][0], ANYTHING, where)
        return new

    def _leaf(self, value: Any, cls: type, fit: Fit, where: Where) -> Any:
        if isinstance(value, enum.Enum):
            return self._enum(value, where)
        if isinstance(value, pathlib.PurePath):
            return path_form(value)
        if isinstance(value, Secret):  # it stays one, so that it is not shown after it was read
            return as_form(value)
        if isinstance(value, (str, int, float)):  # a subclass
            return self._data(_plain(value), fit, where)
        if has_form(cls):
            native = cls.__name__ in ("bytes", "date", "datetime") and fit.accepts(value)
            return value if native else as_form(value)
        if cls.__module__ == "torch" and cls.__name__ == "dtype":
            return reference(str(value))
        if callable(value) and hasattr(value, "__qualname__"):
            return reference(self._name(value, where))
        raise _unknown(value, where)

    def _enum(self, value: enum.Enum, where: Where) -> Any:
        target = self._name(type(value), where)
        if type(value.value) in _SIMPLE and type(value)(value.value) is value:
            return form(target, value.value)
        return reference(f"{target}.{value.name}")

    def _name(self, target: Any, where: Where) -> str:
        name = self._names.get(id(target))
        if name is None:
            try:
                name = self._names[id(target)] = name_of_target(target)
            except ValueError as error:
                raise unwritable(f"a file cannot refer to {target!r}: {error}. {at(where)}") from error
            self._keep.append(target)
        return name


def _unknown(value: Any, where: Where) -> Exception:
    cls = type(value)
    return unwritable(
        f"a file cannot hold {value!r} of type {cls.__module__}.{cls.__qualname__}; "
        f"{way_out(value)}. {at(where)}"
    )


def _comes_back(value: Any, fit: Fit) -> bool:
    """Whether a scalar is read as what it is; a text for a path comes back as that path."""
    if isinstance(value, str) and fit.path is not None:
        return is_path(value)
    return fit.accepts(value)


def _is_plain(value: dict[Any, Any], fit: Fit) -> bool:
    """Whether a dictionary is read as a dictionary with these keys."""
    if not fit.takes_mapping:
        return False
    keys = fit_of(fit.mapping[0]) if fit.mapping and not fit.anything else ANYTHING
    return all(
        isinstance(key, _NATIVE_KEYS)
        and not isinstance(key, enum.Enum)
        and keys.accepts(key)
        and not (isinstance(key, str) and (key in RESERVED or key.endswith(OPERATORS)))
        for key in value
    )


def _plain(value: Any) -> Any:
    """Return the plain text or number of a subclass."""
    if isinstance(value, str):
        return "".join(value)
    if value is None or isinstance(value, bool):
        return value
    return float(value) if isinstance(value, float) else int(value)


def _is_instance(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _check_name(name: Any, target: Any, where: Where) -> None:
    odd = isinstance(name, int) if target is dict else isinstance(name, str) and name.isdecimal()
    odd = odd or leads_inside(target, name)
    if odd or (isinstance(name, str) and (name in RESERVED or name.endswith(OPERATORS))):
        raise unwritable(f"a file cannot hold an argument called {name!r}. {at(where)}")
