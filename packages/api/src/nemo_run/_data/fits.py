"""What the annotations of many arguments take, each looked up once."""

from __future__ import annotations

import inspect
from typing import Any

from nemo_run._data.fit import ANYTHING, Fit, fit_of
from nemo_run._types.hints import hint_for


class Fits:
    """Remembers what annotations take, by identity."""

    def __init__(self) -> None:
        self._fits: dict[tuple[int, Any], Fit] = {}
        self._keep: list[Any] = []  # so that no id is used twice

    def of_argument(self, target: Any, name: Any) -> Fit:
        """Return what an argument of a callable takes."""
        self._keep.append(target)
        key = (id(target), name)
        if key not in self._fits:
            self._fits[key] = self.of(_hint(target, name))
        return self._fits[key]

    def of(self, hint: Any) -> Fit:
        """Return what an annotation takes."""
        if hint is inspect.Parameter.empty or hint is Any:
            return ANYTHING
        key = (id(hint), None)
        if key not in self._fits:
            self._keep.append(hint)
            self._fits[key] = fit_of(hint)
        return self._fits[key]


def _hint(target: Any, name: Any) -> Any:
    """Return the annotation of an argument; none where nothing is known of the callable."""
    try:
        return inspect.Parameter.empty if isinstance(name, int) else hint_for(target, name)
    except (TypeError, ValueError):
        return inspect.Parameter.empty
