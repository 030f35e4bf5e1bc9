"""Values as people read them: without the marks of configurations, and without secrets."""

from __future__ import annotations

import re
from typing import Any

from nemo_run._masking import masked

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
    return plain_repr(masked(value, name))
