"""A run command as part of an application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from nemo_run._lazy import LazyModule
from nemo_run._suggest import closest
from nemo_run.cli._help.command import command_class
from nemo_run.cli._quick import usage_of
from nemo_run.cli._run import endings
from nemo_run.cli._run.defaults import check_defaults, completed, is_empty
from nemo_run.cli._run.options import GLOBAL_OPTIONS, RUN_OPTIONS, manner_of, with_options
from nemo_run.cli._run.plan import CommandPlan
from nemo_run.cli._typer_errors import UsageError

_session: Any = LazyModule("nemo_run.cli._run.session")


_ONCE = ("yaml", "to_yaml", "to_toml", "to_json")  # the first one would be dropped silently


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
        with usage_of(ctx):
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
        except UsageError as error:
            if hasattr(error, "possibilities"):
                raise UsageError(_about(error.option_name, given, self, ctx), ctx=ctx) from None
            raise
        dashed = next((word for word in ctx.args if word.startswith("-")), None)
        if dashed is not None and not ctx.resilient_parsing:
            raise UsageError(_about(dashed.partition("=")[0], given, self, ctx), ctx=ctx)
        _check_texts(self, ctx, given)
        return rest


def _check_texts(command: Any, ctx: Any, words: list[str]) -> None:
    for param in command.get_params(ctx):
        flag = param.opts[0]
        if is_empty(param.name, ctx.params.get(param.name)):
            raise UsageError(f"Option {flag!r} requires a value; it is empty.", ctx=ctx)
        if param.name in _ONCE and sum(word.partition("=")[0] == flag for word in words) > 1:
            raise UsageError(f"Option {flag!r} can be given only once.", ctx=ctx)


def _about(option: str, words: list[str], command: Any, ctx: Any) -> str:
    known = [flag for param in command.get_params(ctx) for flag in (*param.opts, *param.secondary_opts)]
    text = f"No such option: {option}"
    if option in known:
        return f"{option} stands behind --, where no options are: write it in front"
    if close := closest(option, known, likeness=0.75):
        return f"{text} (did you mean {close}?)"
    word = next((w for w in words if w.partition("=")[0] == option), option)
    meant = _overwrite(word, command) if option.startswith("--") else ""
    return f"{text} (did you mean {meant}?)" if meant else text


def _overwrite(word: str, command: Any) -> str:
    """Return the word for a parameter that an option looks like; nothing if there is no such parameter."""
    from nemo_run._types.hints import signature_of

    key, sign, value = word.lstrip("-").partition("=")
    key, value = key.replace("-", "_"), value if sign else "..."
    try:
        parameters = signature_of(command.entrypoint.fn).parameters
    except (AttributeError, TypeError, ValueError):  # it is not known here
        return f"{key}={value}"
    name, dot, rest = key.partition(".")
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    close = name if takes_any else closest(name, parameters, likeness=0.75)
    return f"{close}{dot}{rest}={value}" if close else ""
