"""Programs that do not import what they launch: ``nemorun --lazy``, scripts with lazy imports."""

from __future__ import annotations

import itertools
import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any

import typer

from nemo_run.cli._run import command
from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.cli._run.plan import CommandPlan
from nemo_run.cli._run.program import run_app
from nemo_run.cli._typer_errors import UsageError

_OTHER_GROUPS = ("devspace", "experiment")


def create() -> typer.Typer:
    """Return the application of ``nemorun --lazy COMMAND...``: one command, for whatever follows."""
    from nemo_run.cli._run.context import RunContext

    app = _application()
    command.add(
        app, _plan(RunContext, "lazy", _find_command, None, (None, None, None)), {"cls": _lazy_class()}
    )
    return app


def _lazy_class() -> type:
    return type("LazyCommand", (_OfCommand, command.class_for(None)), {})


class _OfCommand:
    """The command that stands for all others; its usage has their words."""

    def parse_args(self, ctx: Any, args: Any) -> Any:
        """Parse options and words."""
        path = itertools.takewhile(lambda word: "=" not in word and not word.startswith("-"), args)
        ctx.info_name = f"{ctx.info_name} --lazy {' '.join(path) or 'COMMAND...'}"
        return super().parse_args(ctx, args)  # type: ignore[misc]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Say that words may follow the options."""
        del ctx
        return ["[OPTIONS]", "[ARGUMENTS]"]


def _find_command(words: list[str]) -> tuple[Any, str, list[str]]:
    """Separate the words that name a command from those that override something."""
    from nemo_run.cli._lazy.entrypoint import LazyEntrypoint

    path = [word for word in words if "=" not in word]
    if not path:
        raise UsageError("--lazy needs a command: nemorun --lazy COMMAND... KEY=VALUE...")
    if path[0] in _OTHER_GROUPS:
        raise InvalidOptionError("Lazy CLI does not support devspace and experiment commands.")
    others = [word for word in words if "=" in word]
    return LazyEntrypoint(f"nemo {shlex.join(path)}"), path[-1], others


def run_script(fn: Any, chosen: tuple[Any, Any, Any], defaults: Any, kwargs: Mapping[str, Any]) -> None:
    """Run the script that is running, without importing what it launches.

    Args:
        fn: What is imported later.
        chosen: Default factory, executor and plugins.
        defaults: Values of options that the command line does not give.
        kwargs: As for ``entrypoint``.
    """
    from nemo_run.cli._run.context import RunContext

    def find(words: list[str]) -> tuple[Any, str, list[str]]:
        return _of_script(fn), name, words

    name = str(kwargs.get("name") or os.path.splitext(os.path.basename(sys.argv[0]))[0] or "task")
    context_class: Any = kwargs.get("run_ctx_cls") or RunContext
    app = _application()
    command.add(app, _plan(context_class, name, find, defaults, chosen), {})
    run_app(app)


def _of_script(fn: Any) -> Any:
    """Return a lazy entry point that carries the text of the running script."""
    from nemo_run.cli._lazy.entrypoint import LazyEntrypoint
    from nemo_run.cli._lazy.targets import LazyTarget, read_script

    given = as_lazy(fn)
    script = sys.argv[0]
    if not (script.endswith(".py") and os.path.isfile(script)):
        return given
    lazy = LazyEntrypoint(LazyTarget(script, read_script(script)), factory=given._factory_)
    lazy._args_[:] = given._args_
    return lazy


def _plan(context_class: Any, name: str, find: Any, defaults: Any, chosen: tuple[Any, Any, Any]) -> Any:
    return CommandPlan(
        context_class=context_class,
        name=name,
        fn=find,
        default_factory=chosen[0],
        default_executor=chosen[1],
        default_plugins=chosen[2],
        type="task",
        is_main=True,
        cmd_defaults=dict(defaults or {}),
        entrypoint=None,
        find_lazy=find,
    )


def _application() -> typer.Typer:
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def as_lazy(fn: Any) -> Any:
    """Return something that is imported later as a ``LazyEntrypoint``."""
    from nemo_run.cli._lazy.entrypoint import LazyEntrypoint

    return fn if isinstance(fn, LazyEntrypoint) else LazyEntrypoint(fn)


def imported(fn: Any) -> Any:
    """Import what is to be imported later."""
    target = as_lazy(fn)._target_
    return getattr(target, "target", target)
