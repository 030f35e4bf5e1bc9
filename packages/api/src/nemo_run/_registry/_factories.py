"""Factories: functions that make a configuration, found by namespace and name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args

from nemo_run._registry.constituents import (
    coarse_namespace,
    exact_namespace,
    iter_constituents,
    namespaces_of,
)

Factory = Callable[..., Any]

DEFAULT_NAME = "default"

OPEN = "_takes_factories_of_subclasses"
"""Attribute of classes that are there to be subclassed, where a factory for any subclass may be named."""


class Factories:
    """Namespace -> name -> factory, in the order of registration."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Factory]] = {}
        self._kinds: dict[str, type] = {}
        self._exact: dict[tuple[str, str], str] = {}

    def register(self, namespace: str, name: str, function: Factory, *, kind: Any = None) -> None:
        """Offer a factory; one of the same name and namespace is replaced.

        Args:
            namespace: Of a type or function, see ``get_type_namespace``, or any text.
            name: What users write.
            function: Makes the configuration.
            kind: The type whose namespace it is. A generic one (``list[Net]``) is found by its
                arguments first; a class is found by ``of_kind``.
        """
        self._tables.setdefault(namespace, {})[name] = function
        self._exact.pop((namespace, name), None)
        if isinstance(kind, type) and not get_args(kind):
            self._kinds[namespace] = kind
        elif get_args(kind):
            exact = self._exact[namespace, name] = exact_namespace(kind)
            self._tables.setdefault(exact, {})[name] = function

    def find(self, namespace: str, name: str) -> Factory | None:
        """Return the factory of that name in exactly that namespace."""
        return self._tables.get(namespace, {}).get(name)

    def names_in(self, namespace: str) -> list[str]:
        """Return the names of a namespace."""
        return list(self._tables.get(namespace, ()))

    def in_namespace(self, namespace: str) -> dict[str, Factory]:
        """Return name -> factory for exactly that namespace."""
        return dict(self._tables.get(namespace, {}))

    def namespaces(self) -> list[str]:
        """Return all namespaces in which something is registered."""
        return list(self._tables)

    def namespaces_for(self, owner: Any, parameter: str, hint: Any) -> list[str]:
        """Return where a factory named for a parameter may be registered, the closest first.

        Args:
            owner: The function, class or configuration that has the parameter, or None.
            parameter: Its name, or nothing.
            hint: Its annotation; text and ``Parameter.empty`` mean nothing is known.
        """
        return list(dict.fromkeys([*_of_owner(owner, parameter), *_of_hint(hint)]))

    def find_for(self, owner: Any, parameter: str, hint: Any, name: str) -> Factory | None:
        """Return the factory that a name means as the value of a parameter.

        ``default`` is the default of the parameter or of its type, never that of the whole owner. A
        factory for a subclass counts only where the class says so, see ``OPEN``.
        """
        namespaces = self.namespaces_for(owner, parameter, hint)
        if name == DEFAULT_NAME and parameter:
            namespaces = self._for_values(owner, parameter, hint)
        found = next((found for space in namespaces if (found := self.find(space, name))), None)
        return self._of_subclasses(hint).get(name) if found is None else found

    def candidates(self, owner: Any, parameter: str, hint: Any) -> dict[str, Factory]:
        """Return name -> factory for everything that makes sense as the value of a parameter.

        What is registered for the owner as a whole is left out, unless no parameter is named.
        """
        found: dict[str, Factory] = {}
        namespaces = self._for_values(owner, parameter, hint)
        for namespace in namespaces:
            for name, function in self.in_namespace(namespace).items():
                if self._exact.get((namespace, name), namespace) in namespaces:  # not for lists of others
                    found.setdefault(name, function)
        return {**self._of_subclasses(hint), **found}

    def _of_subclasses(self, hint: Any) -> dict[str, Factory]:
        found: dict[str, Factory] = {}
        for part in iter_constituents(hint) if _is_known(hint) else ():
            if isinstance(part, type) and getattr(part, OPEN, False) is True:
                found = {**self.of_kind(part), **found}
        found.pop(DEFAULT_NAME, None)  # the default of a subclass
        return found

    def of_kind(self, base: type) -> dict[str, Factory]:
        """Return name -> factory for all factories of a class and its subclasses, however deep."""
        kinds = [space for space, kind in self._kinds.items() if issubclass(kind, base)]
        found: dict[str, Factory] = {}
        for namespace in kinds:
            for name, function in self.in_namespace(namespace).items():
                found.setdefault(name, function)
        return found

    def _for_values(self, owner: Any, parameter: str, hint: Any) -> list[str]:
        spaces = self.namespaces_for(owner, parameter, hint)
        whole = _of_owner(owner, "") if parameter else []
        return [space for space in spaces if space not in whole or space in _of_hint(hint)]


def _of_owner(owner: Any, parameter: str) -> list[str]:
    if owner is None:
        return []
    is_target = callable(owner) or hasattr(owner, "__fn_or_cls__")
    namespace = coarse_namespace(owner if is_target else type(owner))
    return [namespace, f"{namespace}.{parameter}"] if parameter else [namespace]


def _of_hint(hint: Any) -> list[str]:
    return namespaces_of(hint) if _is_known(hint) else []


def _is_known(hint: Any) -> bool:
    return not (hint is None or hint is inspect.Parameter.empty or isinstance(hint, str))
