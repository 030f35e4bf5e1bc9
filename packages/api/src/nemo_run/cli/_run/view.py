"""What the parts of a run command need of its context, and what they keep on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Protocol


class ContextView(Protocol):
    """A ``RunContext``, seen from inside."""

    name: str
    direct: bool
    dryrun: bool
    factory: str | None
    load: str | None
    repl: bool
    detach: bool
    skip_confirmation: bool
    tail_logs: bool
    yaml: str | None
    to_yaml: str | None
    to_toml: str | None
    to_json: str | None
    executor: Any
    plugins: list[Any]

    def parse_args(self, args: list[str], lazy: bool = False) -> list[str]:
        """Apply the words for this context; returns the other words."""
        ...

    def parse_fn(self, fn: Any, args: list[str], **default_kwargs: Any) -> Any:
        """Return the configured function."""
        ...

    def to_config(self) -> Any:
        """Return a configuration of the options."""
        ...

    def parse_executor(self, name: str, *args: str) -> Any:
        """Return the configuration of an executor."""
        ...

    def parse_plugin(self, name: str, *args: str) -> Any:
        """Return the configurations of plugins."""
        ...


@dataclass
class Extras:
    """What a context remembers besides its fields.

    Attributes:
        given: Names of the fields that somebody set.
        parameters: Those of the function; words for them are not for the context.
        default_factory: Stands instead of ``--factory`` where it is not given.
        default_executor: What ``run.executor.FIELD=`` changes a copy of.
        default_plugins: What ``run.plugins.FIELD=`` changes a copy of.
        from_file: ``executor`` and ``plugins`` of a file; they stand instead of those defaults.
        applied: Factory and file whose ``run:`` blocks are applied.
        contents: Files that were read.
        confirmed: The user said yes.
        experiments: Those that were launched.
    """

    given: frozenset[str] = frozenset()
    parameters: Collection[str] = ()
    default_factory: Any = None
    default_executor: Any = None
    default_plugins: Any = None
    from_file: dict[str, Any] = field(default_factory=dict)
    applied: tuple[Any, Any] = (None, None)
    contents: dict[str, Any] = field(default_factory=dict)
    confirmed: bool = False
    experiments: list[Any] = field(default_factory=list)


def extras_of(context: Any) -> Extras:
    """Return what a context remembers besides its fields; not part of its value."""
    return vars(context).setdefault("_extras", Extras())


def leaves_this_process(context: ContextView) -> bool:
    """Whether the task runs somewhere else."""
    return context.executor is not None and not context.direct
