"""The decorator that makes a function a command."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nemo_run._registry import entrypoints
from nemo_run.cli._caller import module_of_caller
from nemo_run.cli._entrypoint_class import Entrypoint
from nemo_run.cli._factory import factory, is_factory
from nemo_run_domain.errors import InvalidConfigError

if TYPE_CHECKING:
    from nemo_run.cli._run.context import RunContext


def entrypoint(
    fn: Any = None,
    *,
    name: str | None = None,
    namespace: str | None = None,
    help: str | None = None,
    skip_confirmation: bool = False,
    enable_executor: bool = True,
    default_factory: Callable[..., Any] | None = None,
    default_executor: Any = None,
    default_plugins: Any = None,
    entrypoint_cls: type[Entrypoint] | None = None,
    type: str = "task",
    run_ctx_cls: type[RunContext] | None = None,
    require_confirmation: bool | None = None,
) -> Any:
    """Make a function a command; a decorator with or without arguments that returns the function.

    Args:
        fn: The function.
        name: Of the command; default the name of the function.
        namespace: Dotted path of command groups; default the module that calls.
        help: What the command does; default the documentation of the function.
        skip_confirmation: Run without asking.
        enable_executor: Make a run command, with options. If not, a command of words only.
        default_factory: Makes the ``Partial`` that words start from, and is a factory for the function
            under its own name and ``default``.
        default_executor: ``Config`` of where to run.
        default_plugins: ``Config`` of a plugin, or a list of them.
        entrypoint_cls: Subclass of ``Entrypoint``.
        type: ``task``, or ``experiment`` for a function that launches by itself with the help of ``ctx``.
        run_ctx_cls: Subclass of ``RunContext``.
        require_confirmation: The opposite of ``skip_confirmation``, for older programs.

    Raises:
        ValueError: An unknown type, a task with a parameter ``executor``, or an experiment without ``ctx``.
    """
    if require_confirmation is not None:
        warnings.warn(
            "entrypoint(require_confirmation=...) is old; write skip_confirmation="
            f"{not require_confirmation} instead",
            DeprecationWarning,
            stacklevel=2,
        )
        skip_confirmation = not require_confirmation

    settings: dict[str, Any] = {
        "name": name,
        "help_str": help,
        "enable_executor": enable_executor,
        "skip_confirmation": skip_confirmation,
        "default_factory": default_factory,
        "default_executor": default_executor,
        "default_plugins": default_plugins,
        "type": type,
        **({} if run_ctx_cls is None else {"run_ctx_cls": run_ctx_cls}),
    }

    def decorate(function: Any) -> Any:
        where = namespace or module_of_caller() or function.__module__
        made = (entrypoint_cls or Entrypoint)(function, namespace=where, **settings)
        if callable(default_factory):
            _register_default(default_factory, function)
        _attach(made, function)
        entrypoints.register(made)
        return function

    return decorate if fn is None else decorate(fn)


def _attach(made: Entrypoint, function: Any) -> None:
    try:
        function.cli_entrypoint = made
    except (AttributeError, TypeError) as error:
        raise InvalidConfigError(
            f"{function!r} takes no attributes; decorate a function that calls it"
        ) from error


def _register_default(default_factory: Any, function: Any) -> None:
    original = default_factory.wrapped if is_factory(default_factory) else default_factory
    factory(original, target=function, is_target_default=True)
