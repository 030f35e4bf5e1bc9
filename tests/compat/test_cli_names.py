"""The names programs use of the command line, and the parameters they pass."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from typing import Any

import pytest

import nemo_run
from nemo_run.cli import api

NEEDED = inspect.Parameter.empty

TABLE: dict[str, list[tuple[str, Any]]] = {
    "entrypoint": [
        ("fn", None),
        ("name", None),
        ("namespace", None),
        ("help", None),
        ("skip_confirmation", False),
        ("enable_executor", True),
        ("default_factory", None),
        ("default_executor", None),
        ("default_plugins", None),
        ("entrypoint_cls", None),
        ("type", "task"),
        ("run_ctx_cls", None),
    ],
    "factory": [
        ("fn", None),
        ("target", None),
        ("target_arg", None),
        ("is_target_default", False),
        ("name", None),
        ("namespace", None),
    ],
    "main": [
        ("fn", NEEDED),
        ("default_factory", None),
        ("default_executor", None),
        ("default_plugins", None),
        ("cmd_defaults", None),
        ("kwargs", NEEDED),
    ],
    "create_cli": [("add_verbose_callback", False), ("nested_entrypoints_creation", True)],
    "resolve_factory": [("target", NEEDED), ("name", NEEDED)],
    "list_entrypoints": [("namespace", None)],
    "list_factories": [("type_or_namespace", NEEDED)],
    "parse_cli_args": [("fn", NEEDED), ("args", NEEDED)],
    "Entrypoint": [
        ("fn", NEEDED),
        ("namespace", NEEDED),
        ("default_factory", None),
        ("default_executor", None),
        ("default_plugins", None),
        ("env", None),
        ("name", None),
        ("help_str", None),
        ("enable_executor", True),
        ("skip_confirmation", False),
        ("type", "task"),
    ],
    "Entrypoint.parse_partial": [("self", NEEDED), ("args", NEEDED)],
    "Entrypoint.cli": [("self", NEEDED), ("parent", NEEDED)],
    "Entrypoint.main": [("self", NEEDED), ("cmd_defaults", None)],
    "Entrypoint.help": [("self", NEEDED), ("console", None), ("with_docs", True)],
    "Entrypoint._execute_simple": [("self", NEEDED), ("args", NEEDED), ("console", NEEDED)],
    "FactoryRegistration": [("namespace", NEEDED), ("name", NEEDED)],
    "RunContext.cli_command": [
        ("parent", NEEDED),
        ("name", NEEDED),
        ("fn", NEEDED),
        ("default_factory", None),
        ("default_executor", None),
        ("default_plugins", None),
        ("type", "task"),
    ],
    "RunContext.cli_execute": [
        ("self", NEEDED),
        ("fn", NEEDED),
        ("args", NEEDED),
        ("entrypoint_type", "task"),
    ],
    "RunContext.parse_fn": [("self", NEEDED), ("fn", NEEDED), ("args", NEEDED)],
    "RunContext.parse_args": [("self", NEEDED), ("args", NEEDED), ("lazy", False)],
    "RunContext.launch": [("self", NEEDED), ("experiment", NEEDED), ("sequential", False)],
    "extract_constituent_types": [("hint", NEEDED)],
}


@pytest.mark.parametrize("path", TABLE)
def test_parameters_come_in_the_published_order(path: str) -> None:
    found: Any = api
    for part in path.split("."):
        found = getattr(found, part)
    parameters = [(p.name, p.default) for p in inspect.signature(found).parameters.values()]
    assert parameters[: len(TABLE[path])] == TABLE[path]


@pytest.mark.parametrize("name", nemo_run.cli.__all__)
def test_both_modules_have_the_same(name: str) -> None:
    assert getattr(nemo_run.cli, name) is getattr(api, name)


def test_every_name_of_the_parser_is_there() -> None:
    parser = importlib.import_module("nemo_run.cli.cli_parser")
    names = (
        "parse_cli_args parse_partial parse_config parse_factory parse_value parse_attribute PythonicParser"
    )
    more = "TypeParser type_parser Operation cli_exception_handler BUILTIN_TO_TYPING TYPING_TO_BUILTIN"
    errors = "CLIException ArgumentParsingError TypeParsingError OperationError ArgumentValueError"
    parsing = "UndefinedVariableError ParseError LiteralParseError CollectionParseError ListParseError"
    wanted = f"{names} {more} {errors} {parsing} DictParseError UnknownTypeError".split()
    assert [name for name in wanted if not hasattr(parser, name)] == []


@pytest.mark.parametrize(
    "program",
    [
        "import nemo_run as run; run.cli.api.Entrypoint; run.cli.cli_parser.parse_value",
        "from nemo_run.cli.api import Entrypoint, main; from nemo_run import cli; assert cli.main is main",
        "from nemo_run import cli; cli.experiment; cli.api.RunContext(name='x')",
        "from nemo_run.cli import *; entrypoint; factory; main; RunContext",
        "import nemo_run.cli.api as a; a.NEMORUN_SKIP_CONFIRMATION = 1; a.NEMORUN_SKIP_CONFIRMATION",
    ],
)
def test_whatever_is_imported_first(program: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def test_a_context_as_a_default_value() -> None:
    def sweep(ctx: api.RunContext = api.RunContext(name="sweep")) -> str:  # noqa: B008
        return ctx.name

    assert nemo_run.cli.entrypoint(sweep, type="experiment")() == "sweep"
