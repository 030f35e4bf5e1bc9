"""From the words of a run command to a task that has run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from nemo_run._lazy import LazyModule
from nemo_run.cli import _show
from nemo_run.cli._run import confirm, file_context
from nemo_run.cli._run.callables import check_runs
from nemo_run.cli._run.errors import InvalidOptionError, MissingArgumentsError, NotImplementedOptionError
from nemo_run.cli._run.view import ContextView, extras_of, leaves_this_process

_dry: Any = LazyModule("nemo_run.run._dry")
_display: Any = LazyModule("nemo_run.cli._run.display")
_export: Any = LazyModule("nemo_run.cli._run.export")
_launching: Any = LazyModule("nemo_run.cli._run.launching")
_repl: Any = LazyModule("nemo_run.cli._run.repl")

TASK = "task"
EXPERIMENTS = ("experiment", "sequential_experiment", "parallel_experiment")


def execute(context: ContextView, fn: Callable[..., Any], args: Sequence[str], kind: str) -> None:
    """Configure a function from words, show it, ask, and run it.

    Raises:
        ValueError: Words that cannot be, missing arguments, or an unknown ``kind``.
    """
    if kind not in (TASK, *EXPERIMENTS):
        raise InvalidOptionError(f"Unknown entrypoint type: {kind}; there are {TASK} and {EXPERIMENTS[0]}")
    check_runs(fn, getattr(fn, "__name__", context.name))
    extras_of(context).parameters = parameters_of(fn)
    words = context.parse_args([*args])
    task = without_context(context.parse_fn(fn, words))
    if context.load:
        raise NotImplementedOptionError("Load is not implemented yet")
    if _export.is_wanted(context):
        _export.export(context, task)
        return
    if context.repl:
        _repl.open_with(task, lambda: _runner(kind)(context, task))
    else:
        go(context, task, kind)


def _runner(kind: str) -> Any:
    return _launching.run_experiment if kind in EXPERIMENTS else _launching.run_task


def go(context: ContextView, task: Any, kind: str) -> None:
    """Show what is going to run, ask, and run it.

    Args:
        context: Says how.
        task: The configured function.
        kind: ``task`` or ``experiment``.

    Raises:
        MissingArgumentsError: Parameters without a value; before anything is shown.
        NotAskedError: There is nobody to ask.
    """
    check_complete(task)
    if context.dryrun:
        _display.show_dry_run(context, task)
        _show_launch(context, task, kind)
        return
    _display.show_plan(context, task)
    if kind not in EXPERIMENTS and (warning := _launching.plugins_in_vain(context)):
        sys.stderr.write(f"{warning}\n")
    if not confirm.should_continue(context):
        say("Exiting...")
        return
    say(f"Launching {context.name}...")
    _runner(kind)(context, task)


def _show_launch(context: ContextView, task: Any, kind: str) -> None:
    """Show what would be sent, which for experiments only their functions know."""
    if kind in EXPERIMENTS:
        with _dry.showing():
            _launching.run_experiment(context, task)
    elif leaves_this_process(context):
        _launching.run_task(context, task)


def resolve(context: ContextView, fn: Callable[..., Any], words: Sequence[str]) -> Any:
    """Return the ``Partial`` of a function: factory, then file, then words.

    Raises:
        ValueError: Words that cannot be, or a factory for something else.
    """
    from nemo_run.cli._lazy.entrypoint import LazyEntrypoint

    if file_context.is_pending(context):
        context.parse_args([])
    factory, yaml = file_context.sources(context)
    lazy = LazyEntrypoint(fn, factory=factory, yaml=yaml, overwrites=[*words])
    if lazy._factory_ is None:  # neither the command line nor the file names one
        lazy._factory_ = extras_of(context).default_factory
    return lazy.resolve(ctx=context)


def check_complete(task: Any) -> None:
    """Check that every parameter has a value, over the whole tree.

    Raises:
        MissingArgumentsError: Some have none; names them with their types.
    """
    from nemo_run._types.describe import class_to_str
    from nemo_run.cli._parse.missing import missing_arguments

    missing = [f"{path} ({class_to_str(hint)})" for path, hint in missing_arguments(task) if path != "ctx"]
    if missing:
        word, them = missing[0].partition(" ")[0], "it" if len(missing) == 1 else "them"
        raise MissingArgumentsError(f"no value for {', '.join(missing)}; give {them} as {word}=VALUE")


def without_context(task: Any) -> Any:
    """Return a task without its ``ctx``, which is no part of what is shown and exported."""
    if hasattr(task, "__arguments__"):
        task.__arguments__.pop("ctx", None)
    return task


def launch(context: ContextView, experiment: Any, *, sequential: bool) -> None:
    """Run an experiment the way the options say."""
    if context.dryrun:
        with _dry.showing(here=not leaves_this_process(context)):
            experiment.dryrun()
        return
    extras_of(context).experiments.append(experiment)
    experiment.run(
        sequential=sequential,
        detach=context.detach,
        direct=not leaves_this_process(context),
        tail_logs=context.tail_logs,
    )


def say(text: str) -> None:
    """Print a line."""
    _show.write(text)
    _show.flush()


def parameters_of(fn: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters of a function."""
    from nemo_run._types.hints import signature_of

    try:
        return list(signature_of(fn).parameters)
    except (TypeError, ValueError):
        return []
