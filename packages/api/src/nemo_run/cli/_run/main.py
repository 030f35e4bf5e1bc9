"""``run.cli.main``: a function as the command line of a script."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nemo_run.cli._run import state
from nemo_run.cli._run.defaults import CommandDefaults, check_defaults, check_executor, check_factory
from nemo_run.cli._run.errors import InvalidOptionError

_REPLACED = ("default_factory", "default_executor", "default_plugins")


def main(
    fn: Callable[..., Any],
    default_factory: Any = None,
    default_executor: Any = None,
    default_plugins: Any = None,
    cmd_defaults: CommandDefaults | None = None,
    **kwargs: Any,
) -> None:
    """Run a function as a command, with the words that the script was started with.

    Returns where all went well, also after ``--help``, a dry run, an export, and where the user
    does not want to go on; otherwise the program ends.

    Args:
        fn: The function, decorated with ``entrypoint`` or not.
        default_factory: Makes the configuration to start from; a function or the name of a factory.
        default_executor: ``Config`` of where to run; default: in this process.
        default_plugins: ``Config`` of a plugin, or a list of them.
        cmd_defaults: Values of options that the command line does not give.
        **kwargs: For ``entrypoint``, if the function is not decorated.

    Raises:
        SystemExit: It did not go well; with the exit code.
        ValueError: Arguments that cannot be.
    """
    _check_plugins(default_plugins)
    if not _is_lazy(default_executor):
        check_executor(default_executor)
    check_factory(default_factory)
    check_defaults(cmd_defaults or {})
    if _is_lazy(fn):
        _main_of_lazy(fn, default_factory, default_executor, default_plugins, cmd_defaults, kwargs)
        return
    entrypoint = _entrypoint_of(fn, kwargs)
    given = dict(zip(_REPLACED, (default_factory, default_executor, default_plugins), strict=True))
    with _replaced(entrypoint, {name: value for name, value in given.items() if value is not None}):
        if state.is_recording():
            state.record(entrypoint)
            return
        entrypoint.main(cmd_defaults)


def _main_of_lazy(fn: Any, factory: Any, executor: Any, plugins: Any, defaults: Any, kwargs: Any) -> None:
    from nemo_run.cli._run import later

    if state.is_recording():
        main(later.imported(fn), factory, executor, plugins, defaults, **kwargs)
    else:
        later.run_script(fn, (factory, executor, plugins), defaults, kwargs)


def _is_lazy(fn: Any) -> bool:
    """Whether something is only imported later, told by its type."""
    from nemo_run.cli._lazy.importable import is_lazy_import

    return is_lazy_import(fn) or getattr(type(fn), "is_lazy", False) is True


def _entrypoint_of(fn: Any, kwargs: Mapping[str, Any]) -> Any:
    found = getattr(fn, "cli_entrypoint", None)
    if found is None:
        from nemo_run.cli._entrypoint import entrypoint

        return entrypoint(**kwargs)(fn).cli_entrypoint
    if kwargs:
        name = getattr(fn, "__name__", repr(fn))
        raise InvalidOptionError(
            f"{name!r} is decorated with entrypoint already: give it {', '.join(kwargs)} there, not in main()"
        )
    return found


def _check_plugins(plugins: Any) -> None:
    if plugins is None:
        return
    from nemo_run._translate import is_configured

    if isinstance(plugins, list):
        if not all(map(is_configured, plugins)):
            raise InvalidOptionError("default_plugins must be a list of Config objects")
    elif not is_configured(plugins):
        raise InvalidOptionError("default_plugins must be a Config object")


@contextlib.contextmanager
def _replaced(entrypoint: Any, values: Mapping[str, Any]) -> Iterator[None]:
    before = {name: getattr(entrypoint, name) for name in values}
    for name, value in values.items():
        setattr(entrypoint, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(entrypoint, name, value)
