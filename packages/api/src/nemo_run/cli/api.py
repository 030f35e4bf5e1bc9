"""All of the command line under its documented path; ``python -m nemo_run.cli.api`` is ``nemorun``.

Names are loaded at first use. ``NEMORUN_SKIP_CONFIRMATION`` may be set here: it answers every question of
this process. ``MAIN_ENTRYPOINT`` is what a script recorded that was loaded with ``LAZY_CLI=true``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nemo_run.cli import _constants

if TYPE_CHECKING:
    from nemo_run._registry.constituents import extract_constituent_types as extract_constituent_types
    from nemo_run.cli._app import create_cli as create_cli
    from nemo_run.cli._entrypoint import entrypoint as entrypoint
    from nemo_run.cli._entrypoint_class import Entrypoint as Entrypoint
    from nemo_run.cli._factory import FactoryRegistration as FactoryRegistration
    from nemo_run.cli._factory import factory as factory
    from nemo_run.cli._help.command import EntrypointCommand as EntrypointCommand
    from nemo_run.cli._help.command import GeneralCommand as GeneralCommand
    from nemo_run.cli._lists import list_entrypoints as list_entrypoints
    from nemo_run.cli._lists import list_factories as list_factories
    from nemo_run.cli._lists import resolve_factory as resolve_factory
    from nemo_run.cli._protocols import EntrypointProtocol as EntrypointProtocol
    from nemo_run.cli._protocols import FactoryProtocol as FactoryProtocol
    from nemo_run.cli._run.context import RunContext as RunContext
    from nemo_run.cli._run.defaults import CommandDefaults as CommandDefaults
    from nemo_run.cli._run.errors import InvalidOptionError as InvalidOptionError
    from nemo_run.cli._run.errors import MissingRequiredOptionError as MissingRequiredOptionError
    from nemo_run.cli._run.errors import RunContextError as RunContextError
    from nemo_run.cli._run.globals import add_global_options as add_global_options
    from nemo_run.cli._run.globals import configure_logging as configure_logging
    from nemo_run.cli._run.main import main as main
    from nemo_run.cli.cli_parser import parse_cli_args as parse_cli_args
    from nemo_run.cli.cli_parser import parse_config as parse_config
    from nemo_run.cli.cli_parser import parse_factory as parse_factory
    from nemo_run.cli.cli_parser import parse_partial as parse_partial

ROOT_ENTRYPOINT_NAMESPACE = "nemo_run.cli.entrypoints"
ROOT_FACTORY_NAMESPACE = "nemo_run.cli.factories"
DEFAULT_NAME = "default"

_EXPORTS = {
    "CommandDefaults": "nemo_run.cli._run.defaults",
    "Entrypoint": "nemo_run.cli._entrypoint_class",
    "EntrypointCommand": "nemo_run.cli._help.command",
    "EntrypointProtocol": "nemo_run.cli._protocols",
    "FactoryProtocol": "nemo_run.cli._protocols",
    "FactoryRegistration": "nemo_run.cli._factory",
    "GeneralCommand": "nemo_run.cli._help.command",
    "InvalidOptionError": "nemo_run.cli._run.errors",
    "MissingRequiredOptionError": "nemo_run.cli._run.errors",
    "RunContext": "nemo_run.cli._run.context",
    "RunContextError": "nemo_run.cli._run.errors",
    "_add_typer_nested": "nemo_run.cli._nested:add_nested",
    "_configure_global_options": "nemo_run.cli._run.globals:configure_global_options",
    "_get_or_add_typer": "nemo_run.cli._nested:get_or_add_group",
    "_get_return_type": "nemo_run.cli._factory:get_return_type",
    "_is_torchrun": "nemo_run.cli._run.confirm:is_torchrun",
    "_load_entrypoints": "nemo_run._registry.discovery:load_plugins",
    "_load_workspace": "nemo_run._registry.discovery:load_workspace",
    "_load_workspace_file": "nemo_run._registry._workspace:execute",
    "_parse_prefixed_args": "nemo_run.cli._run.words:split_prefixed",
    "_register_factory": "nemo_run.cli._factory:register_factory",
    "_search_workspace_file": "nemo_run._registry._workspace:find",
    "_serialize_configuration": "nemo_run.cli._run.export:serialize_configuration",
    "add_global_options": "nemo_run.cli._run.globals",
    "configure_logging": "nemo_run.cli._run.globals",
    "create_cli": "nemo_run.cli._app",
    "entrypoint": "nemo_run.cli._entrypoint",
    "extract_constituent_types": "nemo_run._registry.constituents",
    "factory": "nemo_run.cli._factory",
    "list_entrypoints": "nemo_run.cli._lists",
    "list_factories": "nemo_run.cli._lists",
    "main": "nemo_run.cli._run.main",
    "parse_cli_args": "nemo_run.cli.cli_parser",
    "parse_config": "nemo_run.cli.cli_parser",
    "parse_factory": "nemo_run.cli.cli_parser",
    "parse_partial": "nemo_run.cli.cli_parser",
    "resolve_factory": "nemo_run.cli._lists",
}
_AT_USE = ("EXECUTOR_CLASSES", "INCLUDE_WORKSPACE_FILE", "NEMORUN_PRETTY_EXCEPTIONS", "PLUGIN_CLASSES")
_STATE = ("MAIN_ENTRYPOINT", "NEMORUN_SKIP_CONFIRMATION")


def __getattr__(name: str) -> Any:
    if name in _STATE:
        return getattr(importlib.import_module("nemo_run.cli._run.state"), name)
    if name in _AT_USE:
        return _constants.read(name)
    if (path := _EXPORTS.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = path.partition(":")
    value = globals()[name] = getattr(importlib.import_module(module), attribute or name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS, *_AT_USE, *_STATE})


if __name__ == "__main__":
    from nemo_run.__main__ import main as _program

    _program()
