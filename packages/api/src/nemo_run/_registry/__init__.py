"""What programs register: factories and entry points, and where they come from.

Loads nothing but the standard library, so that decorating a function costs next to nothing.
"""

from __future__ import annotations

from nemo_run._registry._entrypoints import EntryPoints
from nemo_run._registry._factories import Factories

factories = Factories()
"""Factories of this process."""

entrypoints = EntryPoints()
"""Entry points of this process."""

__all__ = ["entrypoints", "factories"]
