"""Modules that are loaded when something of them is used."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """Stands for a module that most programs never need.

    ``if TYPE_CHECKING:`` import the module itself under the same name, for those who read the types.
    """

    def __getattr__(self, name: str) -> Any:
        """Return what the module has."""
        return getattr(importlib.import_module(self.__name__), name)
