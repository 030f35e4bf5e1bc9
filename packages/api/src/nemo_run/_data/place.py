"""Where a value of data belongs."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

from nemo_run._data.document import Where


class Place(NamedTuple):
    """Where a value belongs.

    Attributes:
        hint: Annotation, ``inspect.Parameter.empty`` for none.
        owner: The callable that has the parameter.
        name: Of the parameter.
        where: In the data.
        depth: Number of steps to it.
    """

    hint: Any = inspect.Parameter.empty
    owner: Any = None
    name: str = ""
    where: Where = None
    depth: int = 0

    def inside(self, step: Any, hint: Any) -> Place:
        """Return the place of an item of a collection."""
        return Place(hint, self.owner, self.name, (self.where, step), self.depth + 1)

    def argument(self, step: Any, owner: Any, name: str | int, hint: Any) -> Place:
        """Return the place of an argument of a configuration."""
        return Place(hint, owner, str(name), (self.where, step), self.depth + 1)
