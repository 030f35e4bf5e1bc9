"""What ``COMMAND --help`` and ``run.help`` tell: panels on a terminal, plain text elsewhere.

Names are loaded at first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemo_run.cli._help.show import print_command_help as print_command_help
    from nemo_run.cli._help.show import render as render

_EXPORTS = ("print_command_help", "render")


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("nemo_run.cli._help.show"), name)
