"""Errors of the Click that Typer works with: it may bring one of its own, and exports few of them."""

from __future__ import annotations

from typing import Any

import typer

UsageError: Any = typer.BadParameter.__mro__[1]
"""Options and words that a command does not take."""

ClickError: Any = typer.BadParameter.__mro__[2]
"""All errors that show themselves, and have an exit code."""

ENDINGS: Any = (typer.Exit, typer.Abort, ClickError)
"""Ways to end a command that are no errors of what it does."""
