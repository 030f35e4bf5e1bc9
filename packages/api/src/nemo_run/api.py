"""``autoconvert`` and ``dryrun_fn``, at the path under which programs import them."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

if TYPE_CHECKING:
    from nemo_run.config import Config, Partial
    from nemo_run.core.execution.base import Executor

T = TypeVar("T")

ROOT_TASK_NAMESPACE = "nemo_run.task"
ROOT_TASK_FACTORY_NAMESPACE = "nemo_run.task_factory"
ROOT_TYPER_NAMESPACE = "nemo_run.typer"
DEFAULT_NAME = "default"


class _NotGiven(int):
    """A false value that tells ``partial=False`` from a call without ``partial``."""

    def __repr__(self) -> str:
        return "False"


_NOT_GIVEN = cast("bool", _NotGiven())


class AutoConfigProtocol(Protocol[T]):
    """What ``autoconvert`` returns.

    Attributes:
        wrapped: The original function, which makes the object itself.
    """

    wrapped: Callable[..., T]
    __auto_config__: bool

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the configuration of what the function makes."""
        ...


def default_autoconfig_buildable(
    fn: Callable[..., T], cls: type[Config[T]] | type[Partial[T]], *args: Any, **kwargs: Any
) -> Any:
    """Return what ``fn`` would make as a configuration.

    Args:
        fn: The original function.
        cls: ``Config`` or ``Partial``, the class of the result.
        *args: Arguments of ``fn``.
        **kwargs: Named arguments of ``fn``.

    Raises:
        TypeError: The function returned nothing that is configured.
        ValueError: The function cannot be read that way; says where and what to do instead.
    """
    return _converted(fn, cls, args, kwargs)


@overload
def autoconvert(fn: Callable[..., T]) -> AutoConfigProtocol[T]: ...


@overload
def autoconvert(
    *, partial: bool = ..., to_buildable_fn: Callable[..., Any] = ...
) -> Callable[[Callable[..., T]], AutoConfigProtocol[T]]: ...


@overload
def autoconvert(
    fn: Callable[..., T], *, partial: bool = ..., to_buildable_fn: Callable[..., Any] = ...
) -> AutoConfigProtocol[T]: ...


def autoconvert(
    fn: Callable[..., Any] | None = None,
    *,
    partial: bool = _NOT_GIVEN,
    to_buildable_fn: Callable[..., Any] = default_autoconfig_buildable,
) -> Any:
    """Let a function that makes an object return the configuration of that object.

    The function is not run: calls of classes and functions in its body become configurations of
    them, everything else is plain Python. Control flow, lambdas and comprehensions are refused when
    it is called; where those are needed, write an ordinary function that returns a ``run.Config``.
    The original function is the attribute ``wrapped``.

    Args:
        fn: The function; may be left out, as in ``@autoconvert(partial=True)``.
        partial: Return a ``Partial`` (True) or a ``Config`` (False). Without it that is a
            ``Config``, unless the function returned a ``Partial`` itself.
        to_buildable_fn: Does the conversion: gets the original function, ``Config`` or ``Partial``,
            and the arguments.

    Example:
        >>> @autoconvert
        ... def small(width: int = 8) -> Net:
        ...     return Net(width=width, optim=Sgd(lr=0.1))
        >>> small(width=4)
        <Config[Net(width=4, optim=<Config[Sgd(lr=0.1)]>)]>
    """
    if fn is None:
        return functools.partial(autoconvert, partial=partial, to_buildable_fn=to_buildable_fn)

    @functools.wraps(fn)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if partial is _NOT_GIVEN and to_buildable_fn is default_autoconfig_buildable:
            return _converted(fn, None, args, kwargs)
        config = importlib.import_module("nemo_run.config")
        return to_buildable_fn(fn, config.Partial if partial else config.Config, *args, **kwargs)

    wrapper.__dict__.update(wrapped=fn, __auto_config__=True)
    return wrapper


def _converted(fn: Any, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return importlib.import_module("nemo_run._config.autoconvert").converted(fn, cls, args, kwargs)


def dryrun_fn(configured_fn: Any, executor: Executor | None = None, build: bool = False) -> None:
    """Print what a configured function would be called with.

    Args:
        configured_fn: A ``run.Partial`` or a ``run.Config``.
        executor: Shown below the arguments.
        build: Also build the object, without calling it.

    Raises:
        TypeError: Nothing that was configured.
    """
    importlib.import_module("nemo_run.run.task").dryrun_fn(configured_fn, executor, build)


def __getattr__(name: str) -> Any:
    if name != "AUTOBUILD_CLASSES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = (importlib.import_module("nemo_run.core.execution.base").Executor,)
    return value
