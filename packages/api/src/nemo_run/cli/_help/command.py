"""Typer command classes of entry points and groups."""

from __future__ import annotations

from typing import Any

from nemo_run.cli._quick import QuickCommand, QuickGroup

_HELP = ("--help",)
_DOCS = ("--docs", "-d")
_WITH_DOCS = "nemo_run.help_with_docs"


class GeneralCommand(QuickGroup):
    """Group of commands."""


class EntrypointCommand(QuickCommand):
    """Command of an entry point; its help tells what can be overridden.

    Attributes:
        entrypoint: Whose command it is; ``None`` makes it an ordinary command.
    """

    entrypoint: Any = None

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Say that words may follow the options."""
        return ["[OPTIONS]", "[ARGUMENTS]"] if self.entrypoint else super().collect_usage_pieces(ctx)

    def parse_args(self, ctx: Any, args: Any) -> Any:
        """Parse; ``--docs`` and ``-d`` beside ``--help`` ask for the documentation of factories."""
        words = list(args)
        if self.entrypoint and any(word in _HELP for word in words):
            ctx.meta[_WITH_DOCS] = any(word in _DOCS for word in words)
            words = [word for word in words if word not in _DOCS]
        return super().parse_args(ctx, words)

    def get_help(self, ctx: Any) -> str:
        """Return the help as text; on a terminal it is printed as panels, and little is returned."""
        if not self.entrypoint:
            return super().get_help(ctx)
        from nemo_run.cli._help import show

        return show.command_help(ctx, self.entrypoint, ctx.meta.get(_WITH_DOCS, False))


def command_class(entrypoint: Any) -> type[EntrypointCommand]:
    """Return the command class for an entry point, for ``app.command(cls=...)``."""
    return type("EntrypointCommand", (EntrypointCommand,), {"entrypoint": entrypoint})
