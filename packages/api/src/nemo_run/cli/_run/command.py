"""A run command as part of an application."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from nemo_run._lazy import LazyModule
from nemo_run.cli._help.command import command_class
from nemo_run.cli._run import endings
from nemo_run.cli._run.defaults import check_defaults, completed, is_empty
from nemo_run.cli._run.options import GLOBAL_OPTIONS, RUN_OPTIONS, manner_of, with_options

_session: Any = LazyModule("nemo_run.cli._run.session")

_UsageError: Any = typer.BadParameter.__mro__[1]  # Typer has its own Click or not; it does not export this

_ONCE = ("yaml", "to_yaml", "to_toml", "to_json")  # the first one would be dropped silently


@dataclass(frozen=True, kw_only=True)
class CommandPlan:
    """What a run command is made of.

    Attributes:
        context_class: ``RunContext`` or a subclass.
        name: Of the command.
        fn: What runs.
        default_factory: Makes the configuration to start from.
        default_executor: ``Config`` of where to run.
        default_plugins: ``Config`` of a plugin, or a list of them.
        type: ``task`` or ``experiment``.
        is_main: The command is a script of its own.
        cmd_defaults: Values of options that are not given.
        entrypoint: The ``Entrypoint``, if there is one.
        find_lazy: Words -> lazy entry point, name, other words; for commands that import nothing.
    """

    context_class: Any
    name: str
    fn: Callable[..., Any]
    default_factory: Any
    default_executor: Any
    default_plugins: Any
    type: str
    is_main: bool
    cmd_defaults: Mapping[str, Any]
    entrypoint: Any
    find_lazy: Callable[[list[str]], tuple[Any, str, list[str]]] | None = None


def add(parent: Any, plan: CommandPlan, command_kwargs: Mapping[str, Any]) -> None:
    """Add a run command to an application.

    Raises:
        InvalidOptionError: Defaults that no option has.
    """
    check_defaults(plan.cmd_defaults)
    kwargs = {"cls": class_for(plan.entrypoint), **command_kwargs}
    settings = {"allow_extra_args": True, **(kwargs.pop("context_settings", None) or {})}

    def handler(ctx: Any, values: dict[str, Any]) -> None:
        inherited = {n: v for n, v in (ctx.obj or {}).items() if n in GLOBAL_OPTIONS} if _is_data(ctx) else {}
        given = completed(values, {**plan.cmd_defaults, **inherited})
        words = [*ctx.args]
        code = endings.code_of(lambda: _session.run(plan, words, given), manner_of(given))
        if code:
            raise typer.Exit(code)

    callback = with_options({**RUN_OPTIONS, **GLOBAL_OPTIONS}, handler)
    parent.command(plan.name, context_settings=settings, **kwargs)(callback)


def _is_data(ctx: Any) -> bool:
    return isinstance(ctx.obj, dict)


def class_for(entrypoint: Any) -> type:
    """Return the command class of an entry point: it takes words, and knows what was meant."""
    base = command_class(entrypoint)
    return type("RunCommand", (_WithWords, base), {"__doc__": base.__doc__})


class _WithWords:
    """A command that takes words, and says what an unknown option may have been meant to be."""

    def parse_args(self, ctx: Any, args: Any) -> Any:
        """Parse options and words.

        Raises:
            UsageError: An option that does not exist.
        """
        given = [*args]
        try:
            rest = super().parse_args(ctx, args)  # type: ignore[misc]
        except _UsageError as error:
            if hasattr(error, "possibilities"):
                raise _UsageError(_about(error.option_name, given, self, ctx), ctx=ctx) from None
            raise
        dashed = next((word for word in ctx.args if word.startswith("-")), None)
        if dashed is not None and not ctx.resilient_parsing:
            raise _UsageError(_about(dashed.partition("=")[0], given, self, ctx), ctx=ctx)
        _check_texts(self, ctx, given)
        return rest


def _check_texts(command: Any, ctx: Any, words: list[str]) -> None:
    for param in command.get_params(ctx):
        flag = param.opts[0]
        if is_empty(param.name, ctx.params.get(param.name)):
            raise _UsageError(f"Option {flag!r} requires a value; it is empty.", ctx=ctx)
        if param.name in _ONCE and sum(word.partition("=")[0] == flag for word in words) > 1:
            raise _UsageError(f"Option {flag!r} can be given only once.", ctx=ctx)


def _about(option: str, words: list[str], command: Any, ctx: Any) -> str:
    known = [flag for param in command.get_params(ctx) for flag in (*param.opts, *param.secondary_opts)]
    text = f"No such option: {option}"
    if close := difflib.get_close_matches(option, known, n=1, cutoff=0.75):
        return f"{text} (did you mean {close[0]}?)"
    word = next((w for w in words if w.partition("=")[0] == option), option)
    bare = word.lstrip("-")
    if option.startswith("--"):
        key, sign, value = bare.partition("=")
        return f"{text} (did you mean {key.replace('-', '_')}={value if sign else '...'}?)"
    return text
