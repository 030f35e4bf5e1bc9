"""The shared console, and logging that looks like it.

Nothing in the library changes the root logger; these functions are for programs that want it so.
"""

from __future__ import annotations

import logging
from typing import Any

from rich.console import Console
from rich.logging import RichHandler

from nemo_run._plain_repr import plain_repr
from nemo_run.exceptions import InvalidConfigError

CONSOLE = Console()
"""Writes to what ``sys.stdout`` is at that moment."""


class CustomConfigRepr:
    """Shows a configuration, or what holds some, without the marks around them.

    Attributes:
        obj: What is shown.
    """

    def __init__(self, obj: Any) -> None:
        self.obj = obj

    def __repr__(self) -> str:
        return plain_repr(self.obj)


def configure_logging(level: str) -> None:
    """Let the root logger write messages of a level and above to the console, and nowhere else.

    Notebooks get plain lines.

    Args:
        level: Name of a level, in any case.

    Raises:
        ValueError: There is no level of that name.
    """
    known = logging.getLevelName(level.upper())
    if not isinstance(known, int):
        raise InvalidConfigError(f"Unknown level: {level!r}; use DEBUG, INFO, WARNING, ERROR or CRITICAL")
    handlers = None if CONSOLE.is_jupyter else [RichHandler(console=CONSOLE)]
    logging.basicConfig(level=known, format="%(message)s", datefmt="[%X]", handlers=handlers, force=True)


def deconfigure_logging() -> None:
    """Take the first handler from the root logger, if it has any."""
    root = logging.getLogger()
    for handler in root.handlers[:1]:
        root.removeHandler(handler)
