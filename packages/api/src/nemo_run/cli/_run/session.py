"""One call of a run command: from its options to a context, and on."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from nemo_run._registry import discovery
from nemo_run.cli import _show
from nemo_run.cli._run.options import fields_of
from nemo_run.cli._run.plan import CommandPlan
from nemo_run.cli._run.view import extras_of


def run(plan: CommandPlan, words: Sequence[str], given: Mapping[str, Any]) -> None:
    """Do what a command says.

    Args:
        plan: Of the command.
        words: All that is no option.
        given: Options that were given, and defaults.
    """
    configure_logging(bool(given.get("verbose")))
    discovery.load_workspace()
    if not plan.is_main and plan.find_lazy is None:
        discovery.load_plugins()
    context = context_of(plan, given)
    if name := given.get("executor"):
        words = [f"run.executor={name}", *words]
    if plan.find_lazy is None:
        context.cli_execute(plan.fn, [*words], plan.type)
        return
    entrypoint, name, words = plan.find_lazy([*words])
    if "name" not in given:
        context.name = name
    context.execute_lazy(entrypoint, words, name)


def context_of(plan: CommandPlan, given: Mapping[str, Any]) -> Any:
    """Return the context that options and the defaults of the command make."""
    skip = bool(getattr(plan.entrypoint, "skip_confirmation", False))
    fields = {"name": plan.name, "skip_confirmation": skip, **fields_of(given)}
    context = plan.context_class(**fields)
    extras = extras_of(context)
    extras.given = frozenset(fields_of(given))
    extras.default_factory = plan.default_factory
    extras.default_executor = plan.default_executor
    extras.default_plugins = plan.default_plugins
    return context


def configure_logging(verbose: bool) -> None:
    """Let TorchX speak only where more is to be told."""
    logging.getLogger("torchx").setLevel(logging.INFO if verbose else logging.WARNING)
    if verbose:
        _show.write("Configuring global options")
