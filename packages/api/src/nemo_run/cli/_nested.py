"""Groups of commands, from the namespaces of entry points."""

from __future__ import annotations

from typing import Any

import typer


def add_nested(app: typer.Typer, tree: dict[str, Any]) -> None:
    """Add groups and commands below an application.

    Args:
        app: The application or a group of it.
        tree: Name -> tree for a group, name -> ``Entrypoint`` for a command.
    """
    for name, node in tree.items():
        if isinstance(node, dict):
            add_nested(get_or_add_group(app, name), node)
        else:
            node.cli(app)


def get_or_add_group(app: typer.Typer, name: str, help: str | None = None) -> typer.Typer:
    """Return the group of that name, which is added where there is none.

    Args:
        app: The application or a group of it.
        name: Of the group.
        help: What a new group is about.
    """
    for info in app.registered_groups:
        if info.name == name and info.typer_instance is not None:
            return info.typer_instance
    from nemo_run.cli._help.command import GeneralCommand

    group = typer.Typer(
        cls=GeneralCommand, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    app.add_typer(group, name=name, help=help or f"[Module] {name}")
    return group
