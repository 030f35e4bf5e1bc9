"""What a saved file may name.

A saved experiment is data from a disk: whoever can write there could otherwise have any function
called by any command that lists experiments. Only classes of ours, those that were registered and
those an alias names are made; nothing else is even imported.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.codec.references import BUILTIN_TYPES, find
from nemo_run_domain.errors import StoreError, UntrustedFileError

_CONTAINERS = {f"builtins:{name}": getattr(__import__("builtins"), name) for name in BUILTIN_TYPES}


def _no_aliases() -> dict[str, Any]:
    return {}


@dataclasses.dataclass(frozen=True)
class AllowList:
    """Which references of a saved file are followed.

    Attributes:
        packages: Dataclasses and enums defined inside these are made.
        names: ``module:qualified.name`` of further classes, imported when a file names them.
        aliases: ``module:qualified.name`` -> what is used instead, without importing that module.
    """

    packages: tuple[str, ...] = ("nemo_run", "nemo_run_domain")
    names: frozenset[str] = frozenset()
    aliases: Mapping[str, Any] = dataclasses.field(default_factory=_no_aliases)

    def resolve(self, module: str, name: str) -> Any:
        """Return what a file may name.

        Raises:
            UntrustedFileError: Not in the list; nothing was imported for it.
            StoreError: An enum has no such member.
        """
        ref = f"{module}:{name}"
        if ref in _CONTAINERS:
            return _CONTAINERS[ref]
        if (found := self._alias(module, name)) is not None:
            return found
        if ref in self.names or f"{module}:{name.rpartition('.')[0]}" in self.names:
            return self._registered(module, name)
        if self._is_ours(module) and "__" not in name:
            value = find(module, name)
            if _is_data(value) and self._is_ours(_home(value)):
                return value
        raise UntrustedFileError(
            f"refused to load {ref!r} from a saved file: only classes of nemo_run and registered ones are"
        )

    def _alias(self, module: str, name: str) -> Any:
        exact = self.aliases.get(f"{module}:{name}")
        if exact is not None:
            return exact
        head, _, member = name.rpartition(".")
        owner = self.aliases.get(f"{module}:{head}")
        return None if owner is None else _member(owner, member)

    def _registered(self, module: str, name: str) -> Any:
        if f"{module}:{name}" in self.names:
            return find(module, name)
        head, _, member = name.rpartition(".")
        return _member(find(module, head), member)

    def _is_ours(self, module: str) -> bool:
        if "__" in module:
            return False  # such as nemo_run.__main__, which runs when imported
        return any(module == package or module.startswith(f"{package}.") for package in self.packages)


def _member(owner: Any, name: str) -> Any:
    if not isinstance(owner, type) or not issubclass(owner, enum.Enum):
        raise UntrustedFileError(f"refused to load {name!r} of {owner!r} from a saved file: it is no enum")
    try:
        return owner[name]
    except KeyError:
        raise StoreError(
            f"{owner.__name__} has no {name!r}; the file was written by another version"
        ) from None


def _is_data(value: Any) -> bool:
    if isinstance(value, enum.Enum):
        return True
    return isinstance(value, type) and (dataclasses.is_dataclass(value) or issubclass(value, enum.Enum))


def _home(value: Any) -> str:
    return str(getattr(value, "__module__", ""))
