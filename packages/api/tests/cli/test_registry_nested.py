"""Groups of commands from namespaces."""

from __future__ import annotations

from typing import Any

import typer
from typer.testing import CliRunner

from nemo_run.cli.api import Entrypoint, _add_typer_nested, _get_or_add_typer


class Told(Entrypoint):
    """Tells its words instead of calling the function."""

    def _execute_simple(self, args: list[str], console: Any) -> None:
        typer.echo(f"{self.name} {args}")


def made(name: str) -> Told:
    def function() -> None:
        """Do something."""

    return Told(function, "a.b", name=name, enable_executor=False)


def test_a_tree_becomes_groups_of_groups() -> None:
    app = typer.Typer()
    _add_typer_nested(app, {"llm": {"recipes": {"one": made("first")}, "two": made("second")}})
    assert CliRunner().invoke(app, ["llm", "recipes", "first", "x=1"]).output == "first ['x=1']\n"
    assert CliRunner().invoke(app, ["llm", "second"]).output == "second []\n"
    assert CliRunner().invoke(app, ["llm", "one"]).exit_code == 2


def test_a_group_that_is_there_is_used() -> None:
    app = typer.Typer()
    group = _get_or_add_typer(app, "llm", help="Large models.")
    assert _get_or_add_typer(app, "llm") is group
    _add_typer_nested(app, {"llm": {"one": made("first")}})
    _add_typer_nested(app, {"llm": {"two": made("second")}, "vision": {"three": made("third")}})
    output = CliRunner().invoke(app, ["--help"]).output
    assert output.count("llm") == 1
    assert "Large models." in output
    assert "[Module] vision" in output
    for name in ("first", "second"):
        assert CliRunner().invoke(app, ["llm", name]).output == f"{name} []\n"
