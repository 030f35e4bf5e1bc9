"""From a command or a function to its page, and the page to the screen."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from nemo_run._registry import discovery
from nemo_run.cli._help import docs, examples, plain, run_words, sections, values
from nemo_run.cli._help.model import Page, Row, Section, Span

if TYPE_CHECKING:
    from rich.console import Console

_NARROWEST = 40


def print_command_help(ctx: Any, entrypoint: Any, with_docs: bool = False) -> None:
    """Print what ``COMMAND --help`` tells; see ``command_help``."""
    _write(command_help(ctx, entrypoint, with_docs))


def command_help(ctx: Any, entrypoint: Any, with_docs: bool = False) -> str:
    """Return what ``COMMAND --help`` tells, as standard output can show it.

    Args:
        ctx: The command's context, of Typer or Click.
        entrypoint: Whose command it is.
        with_docs: Also what each factory's docstring says.
    """
    discover(is_main=ctx.parent is None)
    return as_text(page_of_command(ctx, entrypoint, with_docs))


def render(
    fn: Any, *, with_docs: bool = True, console: Console | None = None, display_executors: bool = True
) -> None:
    """Print what is known about a function: its factories, parameters, and where it can run."""
    put(page_of(fn, with_docs=with_docs, display_executors=display_executors), console)


def page_of(fn: Any, *, with_docs: bool, display_executors: bool = True) -> Page:
    """Return the page about a function."""
    tables = list(sections.for_callable(fn, with_docs=with_docs))
    if display_executors:
        tables.append(run_words.executors_section(with_docs=with_docs))
    return Page(sections=tuple(tables))


def put(page: Page, console: Console | None = None) -> None:
    """Print a page: panels on a terminal or on the console given, plain text elsewhere."""
    if console is not None:
        from nemo_run.cli._help import panels

        panels.show(page, console)
    else:
        _write(as_text(page))


def _write(text: str) -> None:
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - None where it is closed
        sys.stdout.write(f"{text}\n")


def as_text(page: Page) -> str:
    """Return a page as standard output can show it."""
    if not _is_terminal():
        return plain.render(page, width())
    from nemo_run.cli._help import panels

    return panels.as_text(page)


def discover(*, is_main: bool) -> None:
    """Load what registers factories; help is shown without those that cannot be loaded.

    Args:
        is_main: The command is a script of its own, which plug-in packages have no part in.
    """
    try:
        if not is_main:
            discovery.load_plugins()
        discovery.load_workspace()
    except Exception as error:  # noqa: BLE001 - the file is any code of the user
        if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison]
            sys.stderr.write(f"Warning: {' '.join(str(error).split())}\n")


def width() -> int:
    """Return how many columns there are: ``COLUMNS``, those of the terminal, or 80."""
    return max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST)


def _is_terminal() -> bool:
    if sys.stdout is None or os.environ.get("TERM") == "dumb":  # pyright: ignore[reportUnnecessaryComparison]
        return False
    return sys.stdout.isatty()


def page_of_command(ctx: Any, entrypoint: Any, with_docs: bool) -> Page:
    """Return the page of a command; parts in the order people look for them."""
    is_simple = not entrypoint.enable_executor
    hidden = ("ctx",) if entrypoint.type != "task" and not is_simple else ()
    fn = entrypoint.fn
    config = None if is_simple else _start_of(entrypoint)
    places = [] if is_simple else run_words.executor_names()
    tables: list[Section] = [
        _options(ctx),
        sections.defaults_section(
            entrypoint.default_factory, entrypoint.default_executor, entrypoint.default_plugins
        ),
        *sections.for_callable(fn, with_docs=with_docs, hidden=hidden, config=config),
    ]
    if not is_simple:
        tables += [
            run_words.executors_section(with_docs=with_docs),
            run_words.section(entrypoint.run_ctx_cls),
        ]
    tables.append(
        examples.section(
            _typed(ctx.command_path),
            fn,
            hidden=hidden,
            executors=places,
            is_simple=is_simple,
            config=config,
        )
    )
    usage = " ".join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])
    return Page(usage, headline(entrypoint), tuple(tables))


def _start_of(entrypoint: Any) -> Any:
    """Return the configuration that a command starts from, whose values are its defaults; None: bare."""
    factory = entrypoint.default_factory
    if isinstance(factory, str):
        factory = sections.whole_factories(entrypoint.fn).get(factory)
    try:
        made = factory() if callable(factory) else None
    except Exception:  # noqa: BLE001 - users' code; the command will say what is wrong
        return None
    return made if values.is_config(made) else None


def _typed(path: str) -> str:
    """Return how people start a program; a script of Python need not be executable."""
    return f"python {path}" if path.partition(" ")[0].endswith(".py") else path


def headline(entrypoint: Any) -> str:
    """Return what the command is called and does."""
    name = entrypoint.name
    text = (entrypoint.help_str or "").strip()
    if not text:
        summary = docs.summary_of(docs.doc_of(entrypoint.fn))
        text = f"{name}\n\n{summary}" if summary else name
    elif text.split("\n", 1)[0].strip() != name:
        text = f"{name}\n{text}"
    return f"[Entrypoint] {text}" if entrypoint.enable_executor else text


def _options(ctx: Any) -> Section:
    records = [param.get_help_record(ctx) for param in ctx.command.get_params(ctx)]
    rows = [Row((Span(record[0], "name"), Span(" ".join(record[1].split())))) for record in records if record]
    return Section("Options", tuple(rows))
