"""What an annotation says about data: which scalars suit it, what its lists and mappings hold."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime
import enum
import inspect
import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin

from nemo_run._types.hints import Unresolved
from nemo_run._types.shape import config_class_of, is_class, is_partial, is_typed_dict, members_of

_NUMBERS: dict[Any, tuple[type, ...]] = {float: (float, int), complex: (complex, float, int)}
_DATES = (datetime.date, datetime.datetime, datetime.time, datetime.timedelta)
_EXACT = (str, int, float, complex, bool, bytes, *_DATES)
_SETS = {set: set, frozenset: frozenset, collections.abc.Set: set, collections.abc.MutableSet: set}
_LISTS = (
    list, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection,
    collections.abc.Iterable, collections.abc.Container, collections.abc.Iterator,
)  # fmt: skip
_MAPS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


@dataclass
class Fit:
    """One annotation, taken apart as far as data needs it.

    Attributes:
        hint: The annotation.
        anything: Every value suits it.
        scalars: Classes of the scalars that suit it.
        choices: Members of ``Literal``.
        lenient: It names a class of which nothing is known, so only text is looked at.
        collect: Makes the collection out of a list of its items; None where no list belongs.
        item: Annotation of the items; a tuple of them where every place has its own.
        count: How many items there have to be; None for any number.
        mapping: Annotations of keys and values; None where no plain mapping belongs.
        config: What a mapping without ``_target_`` configures.
        partial: Whether that is a ``Partial``.
    """

    hint: Any
    anything: bool = False
    scalars: tuple[type, ...] = ()
    choices: tuple[Any, ...] = ()
    lenient: bool = False
    collect: Callable[[list[Any]], Any] | None = None
    item: Any = inspect.Parameter.empty
    count: int | None = None
    mapping: tuple[Any, Any] | None = None
    config: Any = None
    partial: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether a scalar is kept as it is; None always is."""
        if self.anything or value is None or isinstance(value, self.scalars):
            return True
        if self.choices and any(value == choice and type(value) is type(choice) for choice in self.choices):
            return True
        return self.lenient and not isinstance(value, str)

    @property
    def path(self) -> type | None:
        """The class of paths that text is made to; None where text belongs or no path does."""
        if self.anything or str in self.scalars:
            return None
        return next((cls for cls in self.scalars if issubclass(cls, pathlib.PurePath)), None)

    @property
    def takes_list(self) -> bool:
        """Whether a list is read as a collection."""
        return self.anything or self.collect is not None or self.lenient

    def takes_items(self, count: int) -> bool:
        """Whether a list of so many items is read as a collection."""
        return self.takes_list and (self.anything or self.count in (None, count))

    @property
    def takes_mapping(self) -> bool:
        """Whether a mapping without ``_target_`` is read as a dictionary."""
        return self.anything or self.mapping is not None

    @property
    def is_text(self) -> bool:
        """Whether a bare word is taken as the text it is."""
        return not self.anything and str in self.scalars

    def item_at(self, place: int) -> Any:
        """Return the annotation of one item."""
        if isinstance(self.item, tuple):
            return self.item[place] if place < len(self.item) else inspect.Parameter.empty
        return self.item


def is_path(text: str) -> bool:
    """Whether a text can be a path as it is."""
    return bool(text.strip()) and "\0" not in text


def fit_of(hint: Any) -> Fit:
    """Take an annotation apart; ``inspect.Parameter.empty`` for none."""
    fit = Fit(hint)
    for member in members_of(hint):
        _add(fit, member)
    if fit.config is None and not fit.anything:
        fit.config, fit.partial = _configured(hint), is_partial(hint)
    return fit


def _add(fit: Fit, member: Any) -> None:
    """Add what one member of a union allows."""
    origin = get_origin(member) or member
    if isinstance(member, TypeVar):
        _add_variable(fit, member)
    elif origin is Literal:
        fit.choices += get_args(member)
    elif _is_anything(origin):
        fit.anything = True
    elif is_typed_dict(origin) or origin in _MAPS:
        fit.mapping = fit.mapping or _pair(get_args(member))
    elif origin is tuple or origin in _LISTS or origin in _SETS:
        _add_collection(fit, origin, get_args(member))
    elif isinstance(origin, type):
        _add_class(fit, origin)


def _is_anything(origin: Any) -> bool:
    if origin in (Any, object, inspect.Parameter.empty):
        return True
    return isinstance(origin, Unresolved) or not (isinstance(origin, type) or callable(origin))


def _add_variable(fit: Fit, variable: TypeVar) -> None:
    allowed = (variable.__bound__,) if variable.__bound__ is not None else variable.__constraints__
    for member in [part for hint in allowed for part in members_of(hint)]:
        _add(fit, member)
    fit.anything = fit.anything or not allowed


def _pair(args: tuple[Any, ...]) -> tuple[Any, Any]:
    return (args[0], args[1]) if len(args) == 2 else (inspect.Parameter.empty, inspect.Parameter.empty)


def _add_collection(fit: Fit, origin: Any, args: tuple[Any, ...]) -> None:
    if fit.collect is not None:
        fit.count = None  # another one may be longer
        return
    fit.collect = tuple if origin is tuple else _SETS.get(origin, list)
    if origin is tuple and args not in ((), ((),)) and args[-1] is not Ellipsis:  # 3.10 has () in tuple[()]
        fit.item, fit.count = args, len(args)
    elif args:
        fit.item = args[0]


def _add_class(fit: Fit, cls: type) -> None:
    if issubclass(cls, type(None)):
        return
    accepted = _NUMBERS.get(cls, (str,) if _is_text(cls) else (cls,))
    try:
        isinstance(None, accepted)
    except TypeError:  # a protocol that cannot be checked
        fit.anything = True
        return
    fit.scalars += accepted
    known = cls in _EXACT or issubclass(cls, (enum.Enum, pathlib.PurePath)) or dataclasses.is_dataclass(cls)
    fit.lenient = fit.lenient or not known


def _is_text(cls: type) -> bool:
    return issubclass(cls, str) and not issubclass(cls, enum.Enum)


def _configured(hint: Any) -> Any:
    """Return what a mapping for this annotation configures, leaving out what is plain data."""
    found = config_class_of(hint)
    plain = (*_EXACT, *_LISTS, *_MAPS, *_SETS, tuple, type, collections.abc.Callable)
    if found is None or found in plain or (is_class(found) and issubclass(found, enum.Enum)):
        return next((m for m in members_of(hint) if _is_configurable(m, plain)), None)
    return found


def _is_configurable(member: Any, plain: tuple[Any, ...]) -> bool:
    cls = get_origin(member) or member
    return isinstance(cls, type) and cls not in (*plain, type(None)) and not issubclass(cls, enum.Enum)


ANYTHING = fit_of(Any)
