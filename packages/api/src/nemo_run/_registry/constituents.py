"""What annotations are made of, and the namespaces of all that."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from nemo_run._types.namespace import get_type_namespace

_UNIONS = (Union, types.UnionType)


def extract_constituent_types(hint: Any) -> set[Any]:
    """Return the types that an annotation is made of.

    ``int`` gives ``{int}``, ``Optional[T]`` and other unions their members without ``None``,
    ``list[int]`` gives ``{list, int, list[int]}``; ``Annotated`` and aliases are looked through.
    """
    return set(iter_constituents(hint))


def iter_constituents(hint: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of: itself, its arguments, its origin."""
    origin = get_origin(hint)
    if isinstance(hint, (list, tuple)):  # the parameters of a Callable
        yield from _all(hint)
    elif (inner := _inside(hint)) is not hint:
        yield from iter_constituents(inner)
    elif hasattr(hint, "__supertype__"):
        yield hint
        yield from iter_constituents(hint.__supertype__)
    elif origin in _UNIONS:
        yield from _all(arg for arg in get_args(hint) if arg is not type(None))
    elif origin is None or origin is Literal:
        yield hint
    else:
        yield hint
        yield from _all(arg for arg in get_args(hint) if arg is not Ellipsis)
        yield origin


def _inside(hint: Any) -> Any:
    """Return what is annotated, or what ``type X = ...`` stands for; any other hint as it is."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[0]
    return hint.__value__ if type(hint).__name__ == "TypeAliasType" else hint


def _all(hints: Any) -> Iterator[Any]:
    for hint in hints:
        yield from iter_constituents(hint)


def namespaces_of(hint: Any) -> list[str]:
    """Return where factories for an annotation may be registered, the closest first.

    First the annotation with its arguments (``builtins.list[fix.Net]``), then its members and the
    types of its elements, and last the namespaces that all lists, all dictionaries and so on share.
    """
    while (inner := _inside(hint)) is not hint:
        hint = inner
    parts = [hint, *iter_constituents(hint)]
    exact = [exact_namespace(part) for part in parts if get_args(part)]
    plain = [coarse_namespace(part) for part in parts if not get_args(part) and not _is_origin(part, parts)]
    shared = [coarse_namespace(part) for part in parts if get_args(part) or _is_origin(part, parts)]
    return list(dict.fromkeys([*exact, *plain, *shared]))


def _is_origin(part: Any, parts: list[Any]) -> bool:
    return any(get_origin(other) is part for other in parts)


def coarse_namespace(hint: Any) -> str:
    """Return ``module.qualname``, which all generic types of one origin share."""
    if (inner := _inside(hint)) is not hint:
        return coarse_namespace(inner)
    if getattr(hint, "__is_lazy__", False) is True:  # not imported, yet it knows its name
        return str(getattr(hint, "import_path", None) or getattr(hint, "name", hint))
    return get_type_namespace(hint)


def exact_namespace(hint: Any) -> str:
    """Return the namespace with the arguments of generic types; ``List[X]`` is ``list[X]``."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, (list, tuple)):
        return f"[{', '.join(map(exact_namespace, hint))}]"
    if (inner := _inside(hint)) is not hint:
        return exact_namespace(inner)
    if origin is Literal:
        return f"typing.Literal[{', '.join(map(repr, args))}]"
    if origin in _UNIONS:
        return f"typing.Union[{', '.join(sorted(map(exact_namespace, args)))}]"
    if origin is None or not args:
        return "..." if hint is Ellipsis else coarse_namespace(hint)
    return f"{coarse_namespace(origin)}[{', '.join(map(exact_namespace, args))}]"
