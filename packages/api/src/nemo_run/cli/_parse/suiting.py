"""Whether a value that exists already may be the value of a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import fiddle as fdl

from nemo_run._types.hints import MISSING, Unresolved
from nemo_run._types.shape import config_class_of, configures, is_class, members_of
from nemo_run.cli._parse.containers import item_hint, key_hint, kind_of

_WIDER: dict[Any, Any] = {float: (float, int), complex: (complex, float, int)}


def suits(value: Any, hint: Any) -> bool:
    """Whether a value goes with an annotation; configurations go with everything that is configured."""
    if isinstance(value, fdl.Buildable):
        target = value.__fn_or_cls__
        return config_class_of(hint) is not None or not isinstance(target, type) or class_suits(target, hint)
    return any(_suits(value, member) for member in members_of(hint))


def class_suits(cls: type, hint: Any) -> bool:
    """Whether a configuration of a class goes with an annotation."""
    members = [member for member in members_of(hint) if member is not type(None)]
    wanted = [found for part in (hint, *members) if (found := config_class_of(part)) is not None]
    if wanted:
        return any(not is_class(one) or are_related(cls, one) for one in wanted)
    return not all(map(kind_of, members)) or any(_makes(cls, member) for member in members)


def are_related(one: type, other: type) -> bool:
    """Whether one class is a kind of the other."""
    try:
        return issubclass(one, other) or issubclass(other, one)
    except TypeError:  # a protocol that cannot be checked
        return True


def _makes(cls: type, container: Any) -> bool:
    return issubclass(cls, dict if kind_of(container) == "typed" else get_origin(container) or container)


def _suits(value: Any, member: Any) -> bool:
    if member is Any or member is MISSING or isinstance(member, Unresolved):
        return True
    if kind_of(member):
        return _is_container(value, member)
    origin = get_origin(member) or member
    if origin is Literal:
        return value in get_args(member)
    if configures(member) is not None:
        return False  # configurations are seen to above
    return not isinstance(origin, type) or _is_instance(value, _WIDER.get(origin, origin))


def _is_container(value: Any, hint: Any) -> bool:
    if not _makes(type(value), hint):
        return False
    if isinstance(value, Mapping):
        entries = value.items()
        return all(suits(k, key_hint(hint)) and suits(v, item_hint(hint, k)) for k, v in entries)
    return all(suits(item, item_hint(hint, i)) for i, item in enumerate(value))


def _is_instance(value: Any, cls: Any) -> bool:
    try:
        return isinstance(value, cls)
    except TypeError:  # a protocol that cannot be checked
        return True
