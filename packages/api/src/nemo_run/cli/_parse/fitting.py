"""Whether what a name stands for goes with an annotation."""

from __future__ import annotations

import functools
from typing import Any

import fiddle as fdl

from nemo_run._types.hints import MISSING, Unresolved, return_hint
from nemo_run._types.shape import config_class_of, is_class, is_configuration, members_of
from nemo_run.cli._parse.containers import item_hint, kind_of
from nemo_run.cli._parse.suiting import are_related, suits


def is_factory(found: Any) -> bool:
    """Whether something was made for naming it: a factory, or a function that returns configurations."""
    if getattr(found, "__factory__", False) is True:
        return True
    return callable(found) and is_configuration(result_of(found))


def may_make(function: Any, hint: Any) -> bool:
    """Whether a function that nobody registered may make a value of a type.

    It is called for that, so it has to be written in Python, and nothing it says may speak against it;
    for a list or another container it has to say that it makes one.
    """
    if is_factory(function):
        return True
    result = result_of(function)
    if not _is_python(function):
        return False
    if result in (MISSING, Any) or isinstance(result, Unresolved):
        return not _is_container(hint)
    wanted, made = config_class_of(hint), config_class_of(result)
    if is_class(wanted) and is_class(made):
        return are_related(made, wanted)
    return bool(_kinds(hint) & _kinds(result))


def is_value(value: Any, hint: Any) -> bool:
    """Whether what such a function made goes with a type; None and configurations always do."""
    return value is None or isinstance(value, fdl.Buildable) or suits(value, hint)


def makes_one_item(function: Any, hint: Any) -> bool:
    """Whether a factory makes an item of the list that an annotation asks for."""
    if not _is_container(hint):
        return False
    result = result_of(function)
    item = config_class_of(item_hint(hint))
    return item is not None and is_configuration(result) and config_class_of(result) is item


def _kind_or_none(member: Any) -> str | None:
    """Return the kind of a container, an empty text for ``NoneType``, None for other types."""
    return "" if member is type(None) else kind_of(member) or None


def _is_container(hint: Any) -> bool:
    """Whether a hint allows nothing but containers and None."""
    return bool(_kinds(hint)) and None not in map(_kind_or_none, members_of(hint))


def _kinds(hint: Any) -> set[str]:
    return {kind for member in members_of(hint) if (kind := kind_of(member))}


def result_of(function: Any) -> Any:
    """Return the annotation of what a function returns; ``Parameter.empty`` if there is none."""
    try:
        return return_hint(function)
    except (TypeError, ValueError):
        return MISSING


def _is_python(function: Any) -> bool:
    while isinstance(function, functools.partial):
        function = function.func
    function = getattr(function, "__func__", function)
    in_class = getattr(type(function), "__call__", None)  # noqa: B004 - not whether, but which
    return hasattr(function, "__code__") or hasattr(in_class, "__code__")
