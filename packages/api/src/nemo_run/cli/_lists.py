"""What is registered, for programs; plug-in packages and the workspace file are loaded first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nemo_run._registry import discovery, entrypoints, factories
from nemo_run._registry.constituents import coarse_namespace, exact_namespace, namespaces_of
from nemo_run._registry.errors import NotAFactoryError, UnknownFactoryError, unknown_namespace
from nemo_run.cli._factory import is_factory


def resolve_factory(target: Any, name: str) -> Callable[..., Any]:
    """Return a registered factory.

    Args:
        target: A namespace as text, or the type or function that it is for. Of an annotation such as
            ``Optional[X]`` every part is tried.
        name: Under which it is registered.

    Raises:
        ValueError: There is none.
        AssertionError: What is registered there is no factory.
    """
    discovery.load_all()
    namespaces = [target] if isinstance(target, str) else namespaces_of(target)
    for namespace in namespaces:
        if (found := factories.find(namespace, name)) is not None:
            return _checked(found)
    raise _missing(target, name, namespaces)


def _checked(found: Any) -> Callable[..., Any]:
    if not is_factory(found):
        raise NotAFactoryError(f"{found!r} is not a registered factory.")
    return found


def _missing(target: Any, name: str, namespaces: list[str]) -> UnknownFactoryError:
    discovery.report()  # it may have been in a plug-in that could not be imported
    known = sorted({known for namespace in namespaces for known in factories.names_in(namespace)})
    there = f"there are {', '.join(known)}" if known else "there are none for it"
    error = unknown_namespace if isinstance(target, str) else UnknownFactoryError
    return error(f"No factory found for {target} under {name!r}; {there}")


def list_factories(type_or_namespace: Any) -> list[Callable[..., Any]]:
    """Return the factories registered for exactly one type, function or namespace.

    A default factory is listed twice: under its own name and as ``default``.
    """
    discovery.load_all()
    if isinstance(type_or_namespace, str):
        return list(factories.in_namespace(type_or_namespace).values())
    exact = factories.in_namespace(exact_namespace(type_or_namespace))
    return list((exact or factories.in_namespace(coarse_namespace(type_or_namespace))).values())


def list_entrypoints(namespace: str | None = None) -> dict[str, Any]:
    """Return the entry points by the parts of their namespaces; function names are the last level.

    Args:
        namespace: Only those below it, such as ``llm`` or ``llm.recipes``.
    """
    discovery.load_all()
    return entrypoints.tree(namespace)
