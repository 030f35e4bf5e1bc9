"""Objects that stand for modules, and for what is in them, before anything is imported."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from nemo_run.cli._lazy.importable import import_module
from nemo_run.cli._lazy.serialising import register
from nemo_run.cli._lazy.targets import LazyTarget


class LazyModule(ModuleType):
    """A module, or something in one, by its dotted name; calling it imports it.

    Any public attribute is there: ``LazyTarget`` s of a module without a dot in its name, other
    ``LazyModule`` s of one with a dot.

    Attributes:
        name: The dotted name.
    """

    __is_lazy__ = True

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.__signature__ = None
        self.__annotations__ = {}

    def __getattr__(self, name: str) -> Any:
        """Return what stands for ``name``, always the same object.

        Raises:
            AttributeError: A special name, which Python itself asks for.
        """
        if _is_special(name):
            raise AttributeError(f"lazy module {self.name!r} has no attribute {name!r}")
        child = vars(self)[name] = self._named(f"{self.name}.{name}")
        return child

    def _named(self, name: str) -> Any:
        return LazyModule(name) if "." in self.name else LazyTarget(name)

    def _submodule(self, name: str) -> LazyModule:
        """Return the lazy module ``name`` inside this one; ``import a.b`` said that it is a module."""
        child = vars(self).get(name)
        if not isinstance(child, LazyModule):
            child = vars(self)[name] = LazyModule(f"{self.name}.{name}")
        return child

    def _import(self) -> Any:
        """Import what this stands for."""
        return import_module(self.name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import and call what this stands for."""
        return self._import()(*args, **kwargs)

    def __dir__(self) -> list[str]:
        return [name for name in vars(self) if name != "name" and not _is_special(name)]

    def __repr__(self) -> str:
        return f"<lazy module {self.name!r}>"

    def __reduce__(self) -> Any:
        return LazyModule, (self.name,), {name: vars(self)[name] for name in dir(self)}


LazyModule.__module__ = "nemo_run.cli.lazy"
register(LazyModule, lambda module: ((module.name,), None), lambda parts, _: LazyModule(parts[0]), ["name"])


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
