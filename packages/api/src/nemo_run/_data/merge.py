"""Plain data onto a configuration that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nemo_run._data.document import Document


def apply_data(root: Any, mapping: Mapping[str, Any], *, document: Document | None = None) -> Any:
    """Set arguments of a configuration, in place, and return it."""
    raise NotImplementedError
