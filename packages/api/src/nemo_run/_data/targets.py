"""``module.qualified.name``: how files refer to what can be imported."""

from __future__ import annotations

import importlib
import re
import sys
import types
from typing import Any

from nemo_run._data.errors import DataError, TargetModuleError, TargetNameError
from nemo_run._suggest import did_you_mean
from nemo_run_adapters.codec.references import name_of

_MARKER = re.compile(r"(Config|Partial)\[(.+)\]")
_NAME = re.compile(r"\w+(\.\w+)+")


def name_of_target(target: Any) -> str:
    """Return the name under which ``find_target`` gives ``target`` back.

    Raises:
        ValueError: No other process could import it.
    """
    if isinstance(import_path := getattr(target, "import_path", None), str):
        return import_path  # a lazy target
    try:
        module, name = name_of(target)
        text = f"{module}.{name}"
        found = find_target(text)
    except (AttributeError, DataError) as error:
        raise ValueError(f"it cannot be imported ({error}); define it at the top level of a module") from None
    if found is not target and not (isinstance(target, types.MethodType) and found == target):
        raise ValueError(f"importing {text!r} gives something else")
    return text


def split_marker(target: str) -> tuple[str | None, str]:
    """Return ``Partial`` and ``a.b`` of ``Partial[a.b]``; None and the text where there is no marker."""
    found = _MARKER.fullmatch(target)
    return (found[1], found[2]) if found else (None, target)


def find_target(text: str) -> Any:
    """Import what a name stands for; classes inside classes are found too.

    Raises:
        InvalidConfigError: No dotted name, or nothing has it.
    """
    if not _NAME.fullmatch(text):
        raise DataError(f"{text!r} is no dotted name such as 'package.module.Class'")
    module, rest = _module_of(text)
    value: Any = module
    for part in rest:
        try:
            value = getattr(value, part)
        except AttributeError as error:
            raise TargetNameError(_missing_name(text, value, part)) from error
    return value


def _module_of(text: str) -> tuple[types.ModuleType, list[str]]:
    """Return the longest part of a name that is a module, and what is left."""
    parts = text.split(".")
    for end in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:end])
        known = sys.modules.get(name)
        if known is not None or (known := _imported(name, text, may_be_class=end > 1)) is not None:
            return known, parts[end:]
    raise TargetModuleError(f"cannot import {parts[0]!r}, needed for {text!r}: there is no such module")


def _imported(name: str, text: str, *, may_be_class: bool) -> types.ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        is_itself = error.name is not None and (name == error.name or name.startswith(f"{error.name}."))
        if is_itself and may_be_class:
            return None
        reason = "there is no such module" if is_itself else str(error)
        raise TargetModuleError(f"cannot import {name!r}, needed for {text!r}: {reason}") from error
    except (Exception, SystemExit) as error:  # a module runs any code when imported
        raise TargetModuleError(
            f"cannot import {name!r}, needed for {text!r}: {type(error).__name__}: {error}"
        ) from error


def _missing_name(text: str, owner: Any, part: str) -> str:
    kind = "module" if isinstance(owner, types.ModuleType) else "class"
    meant = did_you_mean(part, (name for name in dir(owner) if not name.startswith("_")))
    return f"{kind} {owner.__name__!r} has no {part!r}, needed for {text!r}.{meant}"
