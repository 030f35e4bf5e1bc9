"""The command line: the programs ``nemorun`` and ``nemo``, and what user programs build on it.

Names are loaded at first use, like those of ``nemo_run``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemo_run.cli._app import create_cli as create_cli
    from nemo_run.cli._entrypoint import entrypoint as entrypoint
    from nemo_run.cli._factory import factory as factory
    from nemo_run.cli._lists import list_entrypoints as list_entrypoints
    from nemo_run.cli._lists import list_factories as list_factories
    from nemo_run.cli._lists import resolve_factory as resolve_factory
    from nemo_run.cli._run.context import RunContext as RunContext
    from nemo_run.cli._run.main import main as main
    from nemo_run.cli.cli_parser import parse_cli_args as parse_cli_args
    from nemo_run.cli.cli_parser import parse_config as parse_config
    from nemo_run.cli.cli_parser import parse_partial as parse_partial

_EXPORTS = {
    "RunContext": "nemo_run.cli._run.context",
    "create_cli": "nemo_run.cli._app",
    "entrypoint": "nemo_run.cli._entrypoint",
    "factory": "nemo_run.cli._factory",
    "list_entrypoints": "nemo_run.cli._lists",
    "list_factories": "nemo_run.cli._lists",
    "main": "nemo_run.cli._run.main",
    "parse_cli_args": "nemo_run.cli.cli_parser",
    "parse_config": "nemo_run.cli.cli_parser",
    "parse_partial": "nemo_run.cli.cli_parser",
    "resolve_factory": "nemo_run.cli._lists",
}

_SUBMODULES = ("api", "cli_parser", "config", "devspace", "experiment", "lazy")

__all__ = [
    "RunContext",
    "create_cli",
    "entrypoint",
    "factory",
    "list_entrypoints",
    "list_factories",
    "main",
    "parse_cli_args",
    "parse_config",
    "parse_partial",
    "resolve_factory",
]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if (module := _EXPORTS.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})
