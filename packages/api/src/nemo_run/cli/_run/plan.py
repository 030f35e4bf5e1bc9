"""What a run command is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CommandPlan:
    """A run command, before it is one of an application.

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
