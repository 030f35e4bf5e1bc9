"""Arguments that are configured by themselves when a file leaves them out."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nemo_run._config.buildables import Partial
from nemo_run._data.arguments import default_of, parameters_of

if TYPE_CHECKING:
    import fiddle as fdl


class UnsetArguments:
    """Finds arguments that were left out on purpose; remembers it for all of a tree."""

    def __init__(self) -> None:
        self._filled: dict[int, tuple[Any, tuple[str | int, ...]]] = {}

    def of(self, config: fdl.Buildable[Any]) -> dict[str | int, Any]:
        """Return the defaults of arguments that would not stay unset; ``empty`` where there is none.

        ``opt: OptionalDefaultConfig[Adam] = None`` is ``Config(Adam)`` where a file does not mention it.
        """
        target, given = config.__fn_or_cls__, config.__arguments__
        return {key: _default(target, key) for key in self._filled_in(target) if key not in given}

    def _filled_in(self, target: Any) -> Iterable[str | int]:
        if id(target) not in self._filled:
            self._filled[id(target)] = (target, tuple(filled_in(target)))
        return self._filled[id(target)][1]


def filled_in(target: Any) -> Mapping[str | int, Any]:
    """Return the arguments that are configured by themselves, by name or place."""
    try:
        return Partial(target).__arguments__
    except (TypeError, ValueError):
        return {}


def _default(target: Any, key: str | int) -> Any:
    parameters = parameters_of(target) or {}
    name = list(parameters)[key] if isinstance(key, int) and key < len(parameters) else key
    return inspect.Parameter.empty if isinstance(name, int) else default_of(target, name)
