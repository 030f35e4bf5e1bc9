"""``nemorun executors``: the executors that can be named, where they are defined, whether they work.

With ``--json`` each prints one JSON value on one line:

=========  ======================================================================================
(list)     list of objects: ``name``, ``type``, ``source``, ``description``, ``hidden``
``show``   object: ``name``, ``type``, ``source``, ``extends``, ``description``, ``fields``
``check``  object: ``problems`` and ``missing``, lists of texts
=========  ======================================================================================
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nemo_run.cli import _ending, _show
from nemo_run.cli._options import AsJson, wants_json
from nemo_run.cli._quick import QuickCommand, QuickGroup


def create() -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(
        cls=QuickGroup,
        help="[Module] Executors that can be named",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_list_unless_told_otherwise)
    for command in (show, check):
        app.command(command.__name__, cls=QuickCommand)(_ending.as_command(command))
    return app


def _list_unless_told_otherwise(context: typer.Context, as_json: AsJson = False) -> None:
    """List the executors that can be named: profiles, and what executors.py defines."""
    if context.invoked_subcommand is None:
        _ending.as_command(list_all)(wants_json(as_json))


def list_all(as_json: bool) -> None:
    """Print name, type, source and description of each."""
    import dataclasses

    from nemo_run.core.execution._profiles.inspection import entries

    found = entries()
    if as_json:
        _show.write_json([dataclasses.asdict(entry) for entry in found])
        return
    for entry in found:
        hidden = " (hidden: another one of this name is used)" if entry.hidden else ""
        _show.write(f"{entry.name}: {entry.type or 'function'}, {entry.source}{hidden}")
        if entry.description:
            _show.write(f"    {entry.description}")
    if not found:
        _show.write(f"No executor has a name; write some into {_home_file()}")


def _home_file() -> str:
    import os

    from nemo_run.config import get_nemorun_home

    return os.path.join(get_nemorun_home(), "executors.toml")


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of an executor.")], as_json: AsJson = False
) -> None:
    """Show what a name stands for, with all that it extends; secrets are masked."""
    from nemo_run.core.execution._profiles.inspection import shown

    found = shown(name)
    if wants_json(as_json):
        _show.write_json(found)
        return
    for line in _lines(found):
        _show.write(line)


def _lines(found: dict[str, Any]) -> list[str]:
    heads = {key: found[key] for key in ("description", "extends") if found[key]}
    return [
        f"{found['name']}: {found['type']}, {found['source']}",
        *(f"  {key}: {', '.join(v) if isinstance(v, list) else v}" for key, v in heads.items()),
        *_fields(found["fields"], "  "),
    ]


def _fields(table: dict[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in table.items():
        if isinstance(value, dict) and value:
            lines += [f"{indent}{name}:", *_fields(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name} = {value!r}")
    return lines


def check(as_json: AsJson = False) -> int:
    """Make every profile and say what is wrong.

    Exit code 1: something can never work. A variable that this environment lacks is only mentioned.
    """
    from nemo_run.core.execution._profiles.inspection import check

    found = [*check()]
    problems = [finding.message for finding in found if finding.is_problem]
    missing = [finding.message for finding in found if not finding.is_problem]
    if wants_json(as_json):
        _show.write_json({"problems": problems, "missing": missing})
    else:
        _tell(problems, missing)
    return _ending.FAILED if problems else _ending.OK


def _tell(problems: list[str], missing: list[str]) -> None:
    for message in problems:
        _show.write(f"Problem: {message}")
    for message in missing:
        _show.write(f"Missing here: {message}")
    if not problems:
        _show.write("No problem found.")
