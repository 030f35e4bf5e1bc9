"""Values as people read them: without the marks of configurations."""

from __future__ import annotations

import re
from typing import Any

_MARKS = re.compile(r"<(?:Config|Partial)\[|\]>")


def plain_repr(value: Any) -> str:
    """Return ``repr(value)`` where ``<Config[Net(width=3)]>`` reads ``Net(width=3)``."""
    return _MARKS.sub("", repr(value))
