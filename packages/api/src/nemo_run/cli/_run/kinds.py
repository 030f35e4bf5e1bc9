"""Whether what a name stands for is an executor or a plugin, or makes one."""

from __future__ import annotations

from typing import Any

import fiddle as fdl

from nemo_run._types.hints import MISSING, return_hint
from nemo_run._types.shape import config_class_of, is_class
from nemo_run.cli._parse.fitting import may_make
from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.core.execution.base import Executor


def check_before(found: Any, kind: type, text: str) -> None:
    """Check that something with a dotted name may be a value of a kind, or make one: it is called then.

    Raises:
        InvalidOptionError: It cannot.
    """
    fits = True
    if isinstance(found, type):
        fits = issubclass(found, kind)
    elif callable(found) and not isinstance(found, fdl.Buildable):
        fits = may_make(found, kind) and _says_nothing_else(found, kind)
    if not fits:
        raise InvalidOptionError(f"{text} is no {_noun(kind)}, and makes none")


def _says_nothing_else(function: Any, kind: type) -> bool:
    try:
        hint = return_hint(function)
    except (TypeError, ValueError):
        return True
    made = config_class_of(hint)
    return hint is MISSING or not is_class(made) or issubclass(made, kind) or issubclass(kind, made)


def checked(made: Any, kind: type, text: str) -> Any:
    """Return what a name stands for, if that is of a kind, or configures it; for plugins, also lists.

    Raises:
        InvalidOptionError: It is something else.
    """
    several = isinstance(made, (list, tuple)) and kind is not Executor
    for value in made if several else [made]:
        target = value.__fn_or_cls__ if isinstance(value, fdl.Buildable) else type(value)
        if isinstance(target, type) and not issubclass(target, kind):
            raise InvalidOptionError(f"{text} makes {target.__name__}, which is no {_noun(kind)}")
    return made


def _noun(kind: type) -> str:
    return "executor" if kind is Executor else "plugin"
