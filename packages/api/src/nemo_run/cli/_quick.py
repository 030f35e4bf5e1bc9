"""Commands that start at once.

Newer versions of Typer check every argument with pydantic, and importing that takes longer than all
else that ``nemorun experiment status`` does. Texts and options that were not given need no check. Where
Typer has other inner workings than expected here, it does everything itself.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from typer.core import TyperCommand, TyperGroup

from nemo_run.cli._typer_errors import UsageError

_COMPLETE = "NEMORUN_COMPLETE"
_SHELLS = ("bash", "zsh", "fish")


class QuickCommand(TyperCommand):
    """Command that takes texts as they are."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a program, or tell a shell what may follow on its command line."""
        _answer_shells(self)
        return super().main(*args, **kwargs)

    def parse_args(self, ctx: Any, args: Any) -> Any:
        """Prepare the parameters, ``--help`` included, and parse."""
        _quicken(self.get_params(ctx))
        with usage_of(ctx):
            return super().parse_args(ctx, args)


class QuickGroup(TyperGroup):
    """Group of commands whose own options take texts as they are."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a program, or tell a shell what may follow on its command line."""
        _answer_shells(self)
        return super().main(*args, **kwargs)

    def parse_args(self, ctx: Any, args: Any) -> Any:
        """Prepare the parameters, ``--help`` included, and parse."""
        _quicken(self.get_params(ctx))
        with usage_of(ctx):
            return super().parse_args(ctx, args)


@contextlib.contextmanager
def usage_of(ctx: Any) -> Iterator[None]:
    """Let every error about the words of a command be shown with its usage."""
    try:
        yield
    except UsageError as error:
        if error.ctx is None:
            error.ctx, error.cmd = ctx, ctx.command
        raise


def _answer_shells(program: Any) -> None:
    """Where a shell asks what may follow, tell it and end."""
    if os.environ.get(_COMPLETE) in _SHELLS:
        from nemo_run.cli._complete.answer import answer

        answer(program)
    if any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ):
        # A script that Typer's --install-completion once wrote for this program: Typer answers it.
        with contextlib.suppress(ImportError):
            from typer._completion_classes import completion_init

            completion_init()


class _AsItIs:
    """Stands in for the check of one parameter until there is something to check."""

    def __init__(self, descriptor: Any) -> None:
        info = getattr(descriptor, "parameter_info", None)
        has_rules = getattr(info, "parser", None) is not None or getattr(descriptor, "is_path", True)
        self._any_text = getattr(descriptor, "annotation", None) is str and not has_rules

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        is_many = param.multiple or param.nargs != 1
        if not is_many and (value is None or (self._any_text and type(value) is str)):
            return value
        param._runtime_param = None  # Typer makes its own
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _quicken(params: list[Any]) -> None:
    for param in params:
        descriptor = getattr(param, "type_descriptor", None)
        if descriptor is not None and getattr(param, "_runtime_param", "") is None:
            param._runtime_param = _AsItIs(descriptor)
