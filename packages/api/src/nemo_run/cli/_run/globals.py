"""Options of whole programs: how much is told, and how errors look."""

from __future__ import annotations

from typing import Any

from nemo_run.cli._run.options import GLOBAL_OPTIONS, remember, with_options
from nemo_run.cli._run.session import configure_logging as configure_logging


def add_global_options(app: Any) -> Any:
    """Give an application ``--verbose`` and the ``--rich-*`` options; its run commands follow them."""
    app.callback()(with_options(GLOBAL_OPTIONS, remember))
    return app


def configure_global_options(
    app: Any = None,
    rich_exceptions: bool = False,
    rich_traceback: bool = True,
    rich_locals: bool = True,
    rich_theme: str | None = None,
    verbose: bool = False,
) -> None:
    """Set how much is told; how errors look follows the options of each command.

    Args:
        app: Not used, like all but ``verbose``.
        rich_exceptions: Tracebacks in colour.
        rich_traceback: All of their frames.
        rich_locals: With variables.
        rich_theme: Colours.
        verbose: Let TorchX speak.
    """
    del app, rich_exceptions, rich_traceback, rich_locals, rich_theme
    configure_logging(verbose)
