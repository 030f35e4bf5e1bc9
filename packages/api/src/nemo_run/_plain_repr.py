"""Values as people read them: without the marks of configurations, and without secrets."""

from __future__ import annotations

import copy
import re
from typing import Any

from nemo_run_domain.secrets import MASK, is_secret

_MARKS = re.compile(r"<(?:Config|Partial)\[|\]>")


def plain_repr(value: Any) -> str:
    """Return ``repr(value)`` where ``<Config[Net(width=3)]>`` reads ``Net(width=3)``."""
    return _MARKS.sub("", repr(value))


def masked_repr(value: Any, name: str = "") -> str:
    """Return ``plain_repr(value)`` with a mask for every text whose name says that it is secret.

    Args:
        value: What to show.
        name: Of the argument or key that has the value.
    """
    return plain_repr(_masked(value, name))


def _masked(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return MASK if name and is_secret(name, value) else value
    if type(value) is dict:
        return {key: _masked(item, str(key)) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_masked(item, name) for item in value)
    if hasattr(type(value), "__flatten__") and hasattr(value, "__arguments__"):  # told without fiddle
        shown = copy.copy(value)
        arguments = {key: _masked(item, str(key)) for key, item in value.__arguments__.items()}
        vars(shown)["__arguments__"] = arguments
        return shown
    return value
