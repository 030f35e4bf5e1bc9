"""Values as people read them: without the marks of configurations, and without secrets."""

from __future__ import annotations

import importlib
import re
from typing import Any

_MARKS = re.compile(r"<(?:Config|Partial)\[|\]>")


def plain_repr(value: Any) -> str:
    """Return ``repr(value)`` where ``<Config[Net(width=3)]>`` reads ``Net(width=3)``."""
    return _MARKS.sub("", repr(value))


def masked_repr(value: Any, name: str = "") -> str:
    """Return ``plain_repr(value)`` without the secrets in it.

    Args:
        value: What to show.
        name: Of the argument or key that has the value.
    """
    text_of = importlib.import_module("nemo_run._config.text").text_of  # needs fiddle
    return _MARKS.sub("", text_of(value, name))
