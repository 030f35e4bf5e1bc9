"""Plain data -> configurations."""

from __future__ import annotations

import inspect
from typing import Any

from nemo_run._data.document import Document


def from_data(
    data: Any,
    hint: Any = inspect.Parameter.empty,
    *,
    owner: Any = None,
    name: str = "",
    document: Document | None = None,
) -> Any:
    """Return what data stands for."""
    raise NotImplementedError
