"""Whether the configuration that a file describes makes what a parameter takes."""

from __future__ import annotations

from typing import Any, get_origin

import fiddle as fdl

from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import MISSING
from nemo_run._types.namespace import get_type_namespace
from nemo_run._types.shape import config_class_of, is_class, is_partial, members_of
from nemo_run.cli._lazy.entries import FileEntry
from nemo_run.cli._lazy.errors import LazyConfigError
from nemo_run.cli._parse.fitting import result_of
from nemo_run.cli._parse.places import Place
from nemo_run.cli._parse.suiting import are_related

_NUMBERS: dict[Any, tuple[type, ...]] = {float: (int,), complex: (int, float)}


def check_belongs(value: Any, place: Place, file: FileEntry) -> None:
    """Check that a file for a parameter is for what the parameter takes.

    Raises:
        LazyConfigError: It configures something else; names the file and both.
    """
    if not isinstance(value, fdl.Buildable) or _belongs(value, place.hint):
        return
    where = file.document.place(["_target_"] if "_target_" in file.data else ()) if file.document else ""
    kind = "the function " if isinstance(value, fdl.Partial) else ""
    raise LazyConfigError(
        f"{where or file.path}: it configures {kind}{get_type_namespace(value.__fn_or_cls__)}, "
        f"and {file.path} takes {class_to_str(place.hint)}"
    )


def _belongs(config: Any, hint: Any) -> bool:
    members = [hint, *members_of(hint)]
    if isinstance(config, fdl.Partial):
        return any(map(_takes_functions, members))
    target = config.__fn_or_cls__
    made = target if isinstance(target, type) else result_of(target)
    made = type(None) if made is None else made if is_class(made) else config_class_of(made)
    return not is_class(made) or any(_makes(made, member) for member in members[1:])


def _makes(made: type, member: Any) -> bool:
    wanted = _wanted(member)
    return wanted is None or made in _NUMBERS.get(wanted, ()) or are_related(made, wanted)


def _wanted(member: Any) -> type | None:
    """Return the class that a member of an annotation asks for; None where it asks for none."""
    found = config_class_of(member) or get_origin(member) or member
    return found if is_class(found) and found not in (Any, MISSING) else None


def _takes_functions(member: Any) -> bool:
    """Whether a ``Partial`` may stand there; instances of some classes can be called like functions."""
    wanted = _wanted(member)
    if wanted is None or wanted is object or is_partial(member):
        return True
    return any("__call__" in vars(base) for base in wanted.__mro__)
