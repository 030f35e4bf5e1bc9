"""Writes references to classes, functions and enum members, and refuses those nobody can import."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.codec.errors import NotImportableError, refused_reference, unserializable
from nemo_run_adapters.codec.references import MAIN_MODULES, find, is_refused_builtin, name_of
from nemo_run_adapters.codec.where import Where, at
from nemo_run_adapters.codec.wire import Node, pyref, split_ref
from nemo_run_domain.errors import NotFoundError, PackagingError


class PyrefWriter:
    """Writes the references of one document.

    Attributes:
        by_value: What only this process has, ``module:name`` -> object; filled when asked for.
    """

    def __init__(self, aliases: Mapping[str, Any], *, collect: bool, policy: Any) -> None:
        self.by_value: dict[str, Any] = {}
        self._collect = collect
        self._policy = policy
        self._aliases = {cls: split_ref(ref) for ref, cls in aliases.items() if isinstance(cls, type)}
        self._known: dict[int, tuple[Any, Node]] = {}

    def __call__(self, value: Any, where: Where) -> Node:
        """Return the reference to ``value``.

        Raises:
            PackagingError: No other process could follow it.
        """
        known = self._known.get(id(value))
        if known is None:
            # Keeping the value keeps its id from being used again.
            known = self._known[id(value)] = (value, self._write(value, where))
        return known[1]

    def _write(self, value: Any, where: Where) -> Node:
        if (alias := self._alias(value)) is not None:
            return pyref(*alias)
        module, name = name_of(value)
        if module is None:
            raise unserializable(f"Couldn't find the module of {value!r}. {at(where)}")
        if self._collect and (module in MAIN_MODULES or not _leads_back(value, module, name)):
            return self._send_along(value, name)
        self._check(value, module, name, where)
        return pyref(module, name)

    def _alias(self, value: Any) -> tuple[str, str] | None:
        if isinstance(value, type):
            return self._aliases.get(value)
        found = self._aliases.get(type(value))
        return None if found is None else (found[0], f"{found[1]}.{value.name}")

    def _send_along(self, value: Any, name: str) -> Node:
        if not self._keeps_its_name(value, name):
            readable = re.sub(r"\W+", "_", name.rpartition(".<locals>.")[2]).strip("_")
            name = f"by_value_{len(self.by_value) + 1}_{readable}"
        self.by_value[f"__main__:{name}"] = value
        return pyref("__main__", name)

    def _keeps_its_name(self, value: Any, name: str) -> bool:
        """Whether an object goes by its own name, which stays the same however often it travels on."""
        plain = all(part.isidentifier() for part in name.split("."))
        of_script = getattr(value, "__module__", None) in MAIN_MODULES
        taken = self.by_value.get(f"__main__:{name}", value) is not value
        return _leads_back(value, "__main__", name) or (plain and of_script and not taken)

    def _check(self, value: Any, module: str, name: str, where: Where) -> None:
        try:
            found = find(module, name)
        except NotFoundError as error:
            raise _not_importable(value, module, name, where, error) from error
        if not _is_same(value, found):
            raise unserializable(
                f"Couldn't create a pyref for {value!r}; the same value was not obtained by importing "
                f"{name!r} from {module!r}. {at(where)}"
            )
        if not self._is_allowed(value, module, name):
            message = f"Importing {name} from {module} is not permitted; no reader would load it. {at(where)}"
            raise refused_reference(message, module, name, value)

    def _is_allowed(self, value: Any, module: str, name: str) -> bool:
        if self._policy is None:
            return not is_refused_builtin(value, module)
        return self._policy.allows_import(module, name) and self._policy.allows_value(value)


def _is_same(value: Any, found: Any) -> bool:
    # Class methods are made anew on every access.
    return value == found if isinstance(value, types.MethodType) else value is found


def _leads_back(value: Any, module: str, name: str) -> bool:
    try:
        return _is_same(value, find(module, name))
    except (NotFoundError, ImportError):
        return False


def _not_importable(value: Any, module: str, name: str, where: Where, cause: Exception) -> PackagingError:
    return NotImportableError(
        f"no other process can import {value!r} ({cause}); define it at the top level of a module.\n"
        f"Fiddle context: Error occurred while importing pyref to {name!r} from {module!r}. {at(where)}"
    )
