"""The options of run commands.

Each one is None until it is given, so that defaults can be told from answers.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Optional

import typer


def _text(*flags: str, help: str, metavar: str = "TEXT", hidden: bool = False) -> Any:
    option = typer.Option(*flags, help=help, metavar=metavar, show_default=False, hidden=hidden)
    return Annotated[Optional[str], option]  # noqa: UP045 - older Typer reads this form only


def _flag(*flags: str, help: str) -> Any:
    return Annotated[Optional[bool], typer.Option(*flags, help=help, show_default=False)]  # noqa: UP045


RUN_OPTIONS: Mapping[str, Any] = {
    "name": _text("--name", "-n", help="Name of the run."),
    "direct": _flag("--direct/--no-direct", help="Run in this process, whatever the executor."),
    "dryrun": _flag("--dryrun/--no-dryrun", help="Show what would be run, and run nothing."),
    "factory": _text("--factory", "-f", help="Start from this factory, NAME or NAME(ARGUMENTS), or @FILE."),
    "load": _text("--load", "-l", help="Not implemented.", metavar="FOLDER", hidden=True),
    "yaml": _text("--yaml", help="Start from this YAML, JSON or TOML file.", metavar="FILE"),
    "repl": _flag("--repl/--no-repl", "-r", help="Open IPython with the task."),
    "detach": _flag("--detach/--no-detach", help="Do not wait for the end."),
    "skip_confirmation": _flag("--yes/--ask", "-y", "--no-confirm", help="Do not ask."),
    "tail_logs": _flag("--tail-logs/--no-tail-logs", help="Print the output of tasks while waiting."),
    "executor": _text("--executor", help="Run there; as run.executor=NAME.", metavar="NAME"),
    "to_yaml": _text("--to-yaml", help="Write the configuration, run nothing.", metavar="PATH[:SECTION]"),
    "to_toml": _text("--to-toml", help="Write the configuration, run nothing.", metavar="PATH[:SECTION]"),
    "to_json": _text("--to-json", help="Write the configuration, run nothing.", metavar="PATH[:SECTION]"),
}

GLOBAL_OPTIONS: Mapping[str, Any] = {
    "verbose": _flag("--verbose/--no-verbose", "-v", help="Tell more; errors with everything about them."),
    "rich_exceptions": _flag("--rich-exceptions/--no-rich-exceptions", help="Tracebacks in colour."),
    "rich_traceback": _flag(
        "--rich-traceback-full/--rich-traceback-short", help="Length of tracebacks in colour."
    ),
    "rich_locals": _flag(
        "--rich-show-locals/--rich-hide-locals", help="Show variables in tracebacks in colour."
    ),
    "rich_theme": _text("--rich-theme", help="Colours of tracebacks.", metavar="THEME"),
}

_NOT_OF_THE_CONTEXT = (*GLOBAL_OPTIONS, "executor")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How errors are told.

    Attributes:
        verbose: With everything about them.
        rich_exceptions: Tracebacks in colour.
        rich_traceback: All of their frames; otherwise the last ones.
        rich_locals: With variables.
        rich_theme: Name of a Pygments style.
    """

    verbose: bool = False
    rich_exceptions: bool = False
    rich_traceback: bool = False
    rich_locals: bool = True
    rich_theme: str | None = None


def manner_of(values: Mapping[str, Any]) -> Manner:
    """Return how errors are to be told, from the values of options and ``NEMORUN_PRETTY_EXCEPTIONS``."""
    pretty = os.environ.get("NEMORUN_PRETTY_EXCEPTIONS", "").strip().lower() == "true"
    given = {name: values[name] for name in GLOBAL_OPTIONS if name in values}
    return Manner(**{"rich_exceptions": pretty, **given})


def fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a context holds, from the values of all."""
    return {name: value for name, value in values.items() if name not in _NOT_OF_THE_CONTEXT}


def with_options(
    options: Mapping[str, Any],
    handler: Callable[[Any, dict[str, Any]], None],
    defaults: Mapping[str, Any] | None = None,
) -> Callable[..., None]:
    """Return a callback for Typer.

    Args:
        options: Name -> annotation.
        handler: Takes the context of Click, and option -> value.
        defaults: Of options for which it is not None.
    """

    def callback(ctx: typer.Context, **values: Any) -> None:
        handler(ctx, values)

    kind = inspect.Parameter.KEYWORD_ONLY
    first = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    others = [
        inspect.Parameter(n, kind, default=(defaults or {}).get(n), annotation=hint)
        for n, hint in options.items()
    ]
    callback.__signature__ = inspect.Signature([first, *others])  # type: ignore[attr-defined]
    callback.__annotations__ = {"ctx": typer.Context, **options, "return": None}
    return callback


def remember(ctx: Any, values: dict[str, Any]) -> None:
    """Keep options that stand before the command, for the command."""
    ctx.obj = {name: value for name, value in values.items() if name in GLOBAL_OPTIONS and value is not None}
