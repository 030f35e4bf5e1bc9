"""Values as they may be shown: without secrets, whatever they are wrapped in."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from nemo_run_domain.secrets import MASK, Secret, is_secret

SECRET = "nemo_run.Secret"
"""Target of a ``Secret`` in a file."""

_COUNTS = re.compile(r"(?:^|_)tokens$|(?:^|_)tokens?_", re.IGNORECASE)
_STEP = re.compile(r"[^\s.\[\]'\"]+")
_NAMED = re.compile(r"([A-Za-z_]\w*)['\"]?\s*[-+*/|&]?[=:]")


def masked(value: Any, name: str = "") -> Any:
    """Return a value in which no secret can be seen; the value itself where it has none.

    ``Secret`` is masked wherever it is, and so are texts and numbers below a name that says that they
    are secret; ``max_tokens=4096`` counts something. Containers, configurations and dataclasses are
    copied where something is masked in them, and what they share stays shared.

    Args:
        value: What to show.
        name: Of the argument or key that has the value; also a path, such as ``net.api_key``.
    """
    return _Masking().of(value, name)


def hides(name: str) -> bool:
    """Whether a name, or a step of a path, says that what it stands for is secret."""
    return any(is_secret(step, None) for step in _STEP.findall(name))


def masked_text(text: str, name: str = "") -> str:
    """Return a text; only the mask if it names a secret, as ``Net(password=hunter2)`` does."""
    if isinstance(text, Secret) or hides(name) or any(hides(found) for found in _NAMED.findall(text)):
        return MASK
    return text


def argument_name(config: Any, key: str | int) -> str:
    """Return the name of the parameter that an argument is for, which may have a place as key."""
    if isinstance(key, str):
        return key
    names = list(config.__signature_info__.parameters)
    return names[min(key, len(names) - 1)] if names else ""


class _Masking:
    def __init__(self) -> None:
        self._made: dict[tuple[int, str], Any] = {}
        self._keep: list[Any] = []  # so that no id is used twice

    def of(self, value: Any, name: str) -> Any:
        if value is None or isinstance(value, (str, bytes, bool, int, float, complex)):
            return _scalar(value, name)
        name = name if hides(name) else ""
        key = (id(value), name)
        if key not in self._made:
            self._keep.append(value)
            self._made[key] = value  # what contains itself is shown as it is there
            self._made[key] = self._whole(value, name)
        return self._made[key]

    def _whole(self, value: Any, name: str) -> Any:
        if isinstance(value, Mapping):
            return self._mapping(value, name)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._items(value, name)
        if hasattr(type(value), "__flatten__") and hasattr(value, "__arguments__"):  # told without fiddle
            return self._configuration(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._instance(value)
        return value

    def _mapping(self, value: Mapping[Any, Any], name: str) -> Any:
        if value.get("_target_") == SECRET:
            return {**value, "_args_": [MASK]}
        found = {key: self.of(item, str(key) if hides(str(key)) else name) for key, item in value.items()}
        return found if _differ(found.values(), value.values()) else value

    def _items(self, value: Any, name: str) -> Any:
        items = [self.of(item, name) for item in value]
        if not _differ(items, value):
            return value
        if hasattr(value, "_fields"):
            return type(value)(*items)
        plain = next(cls for cls in (list, tuple, set, frozenset) if isinstance(value, cls))
        return plain(items)

    def _configuration(self, value: Any) -> Any:
        old = value.__arguments__
        if getattr(type(value), "is_lazy", False) is True:
            new = self._recorded(old)
        else:
            new = {key: self.of(item, argument_name(value, key)) for key, item in old.items()}
        if not _differ(new.values(), old.values()):
            return value
        shown = copy.copy(value)
        vars(shown)["__arguments__"] = new
        return shown

    def _recorded(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Mask what a lazy entry point records; a word of a command line may hold a whole call."""
        new: dict[str, Any] = dict(state)
        new["_args_"] = [
            (path, operator, self._text(value, path)) for path, operator, value in state["_args_"]
        ]
        new["_factory_"] = self._text(state["_factory_"], "")
        return new

    def _text(self, value: Any, path: str) -> Any:
        return masked_text(value, path) if isinstance(value, str) else self.of(value, path)

    def _instance(self, value: Any) -> Any:
        names = [field.name for field in dataclasses.fields(value) if hasattr(value, field.name)]
        old = {name: getattr(value, name) for name in names}
        new = {name: self.of(part, name) for name, part in old.items()}
        if not _differ(new.values(), old.values()):
            return value
        shown = copy.copy(value)
        for name in names:
            if new[name] is not old[name]:
                object.__setattr__(shown, name, new[name])  # frozen ones, too
        return shown


def _scalar(value: Any, name: str) -> Any:
    if isinstance(value, Secret):
        return MASK
    if value in (None, "", b"") or isinstance(value, bool) or not hides(name):
        return value
    is_count = not isinstance(value, (str, bytes)) and _COUNTS.search(name) is not None
    return value if is_count else MASK


def _differ(new: Any, old: Any) -> bool:
    return any(one is not other for one, other in zip(new, old, strict=True))
