"""Where factories and entry points come from: installed plug-in packages and the workspace file."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

from nemo_run._registry._once import Once
from nemo_run._registry._workspace import execute, find, is_wanted

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PLUGIN_GROUP = "nemo_run.cli"

_failures: dict[str, BaseException] = {}
_reported: set[str] = set()


@functools.cache
def _plugins() -> dict[str, list[EntryPoint]]:
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for plugin in sorted(set(entry_points(group=PLUGIN_GROUP))):
        found.setdefault(plugin.name, []).append(plugin)
    return found


def plugin_names() -> list[str]:
    """Return the names of installed plug-ins, each a group of commands; imports none of them."""
    return list(_plugins())


def plugins_left_out() -> list[str]:
    """Return the names of installed plug-ins where none was imported, as in scripts and with ``--lazy``."""
    return [] if load_plugins.is_done else plugin_names()


@Once
def load_plugins() -> None:
    """Import every installed plug-in, once in a process.

    One that cannot be imported is left out; ``report`` tells about it where that matters.
    """
    for name, plugins in _plugins().items():
        for plugin in plugins:
            try:
                plugin.load()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - one plug-in must not take the rest down
                _failures[name] = error


def failures() -> dict[str, BaseException]:
    """Return name -> error for the plug-ins that could not be imported."""
    return dict(_failures)


def failure_of(name: str) -> str:
    """Return in one line why a plug-in could not be imported; an empty text if it could."""
    return f"Couldn't load entrypoint {name}: {_told(_failures[name])}" if name in _failures else ""


def report(*names: str) -> None:
    """Print on standard error, once for each, which plug-ins could not be imported.

    Args:
        *names: Only these; without any, all.
    """
    for name in names or tuple(_failures):
        if name in _failures and name not in _reported:
            _reported.add(name)
            sys.stderr.write(f"{failure_of(name)}\n")


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@Once
def load_workspace() -> None:
    """Execute the workspace file, if there is one and it is wanted, once in a process.

    Raises:
        WorkspaceError: An error in it; names file and line.
        UntrustedFileError: Others own it or may write to it.
    """
    path = find() if is_wanted() else None
    if path is not None:
        execute(path)


def load_all() -> None:
    """Import plug-ins and execute the workspace file."""
    load_plugins()
    load_workspace()
