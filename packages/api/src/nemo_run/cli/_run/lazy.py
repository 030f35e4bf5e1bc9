"""Commands whose function is imported only where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nemo_run.cli._run import confirm, display, export, file_context, flow, launching
from nemo_run.cli._run.callables import check_runs
from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.cli._run.view import ContextView, extras_of
from nemo_run.cli._typer_errors import UsageError


def execute(context: ContextView, entrypoint: Any, args: Sequence[str], name: str) -> None:
    """Run a lazy entry point with words.

    Raises:
        InvalidOptionError: A dry run, a prompt or a direct run; words that cannot be.
    """
    words = context.parse_args([*args], lazy=True)
    _check(context)
    lazy = _with_words(context, entrypoint, words)
    if export.is_wanted(context):
        wanted = {f"to_{o}": getattr(context, f"to_{o}") for o in ("yaml", "toml", "json")}
        export.serialize_configuration(lazy, **wanted, is_lazy=True)
        flow.say("Export complete. Skipping execution.")
        return
    if context.executor is None:
        _run_here(context, _resolved(context, lazy))
        return
    _launch(context, lazy, name)


def _resolved(context: ContextView, lazy: Any) -> Any:
    from nemo_run.cli._lazy.errors import UnknownCommandError

    try:
        return lazy.resolve(ctx=context)
    except UnknownCommandError as error:
        raise UsageError(str(error)) from error


def _run_here(context: ContextView, task: Any) -> None:
    function = task.__fn_or_cls__
    check_runs(function, getattr(function, "__name__", context.name))
    extras_of(context).parameters = flow.parameters_of(function)
    kind = getattr(getattr(function, "cli_entrypoint", None), "type", flow.TASK)
    flow.go(context, flow.without_context(task), kind)


def _launch(context: ContextView, lazy: Any, name: str) -> None:
    from nemo_run._masking import masked
    from nemo_run.cli._lazy.mapping import as_mapping

    display.show_lazy(context, dict(as_mapping(masked(lazy))))
    if not confirm.should_continue(context):
        flow.say("Exiting...")
        return
    flow.say(f"Launching {name}...")
    launching.run_task(context, lazy)


def _check(context: ContextView) -> None:
    if context.dryrun:
        raise InvalidOptionError("Dry run is not supported for lazy execution")
    if context.repl:
        raise InvalidOptionError("Interactive mode is not supported for lazy execution")
    if context.direct:
        raise InvalidOptionError("Direct execution is not supported for lazy execution")


def _with_words(context: ContextView, entrypoint: Any, words: Sequence[str]) -> Any:
    """Return a lazy entry point with what it has recorded, a factory, a file and more words."""
    from nemo_run.cli._lazy.entrypoint import LazyEntrypoint

    factory, yaml = file_context.sources(context)
    lazy = LazyEntrypoint(entrypoint._target_, factory=factory, yaml=yaml, overwrites=[*words])
    if lazy._factory_ is None:
        lazy._factory_ = entrypoint._factory_ or extras_of(context).default_factory
    lazy._args_[:0] = entrypoint._args_
    return lazy
