"""The words of a command -> its entry point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nemo_run._registry import entrypoints
from nemo_run._registry.discovery import load_all
from nemo_run.cli._lazy.errors import UnknownCommandError


def find_entrypoint(words: Sequence[str]) -> Any:
    """Return the entry point of a command, plug-ins and workspace included.

    Args:
        words: As on the command line; options and ``key=value`` are left out.

    Raises:
        ValueError: There is none; says what there is.
    """
    load_all()
    return walk(entrypoints.tree(), [w for w in words if not w.startswith("-") and "=" not in w])


def walk(tree: Mapping[str, Any], path: Sequence[str]) -> Any:
    """Return the entry point at ``path``; on the last level its name and that of its function count."""
    here: Any = tree
    for position, word in enumerate(path):
        if not isinstance(here, Mapping):
            raise UnknownCommandError(
                f"{path[position - 1]!r} is a terminal entrypoint and does not have subcommand {word!r}. "
                f"Call it as {' '.join(path[:position])!r}."
            )
        below = _child(here, word)
        if below is None:
            raise _unknown(here, path, position)
        here = below
    if isinstance(here, Mapping):
        raise UnknownCommandError(
            f"Incomplete command: {' '.join(path)!r}. Please specify a subcommand. "
            f"Available subcommands: {_listed(here)}"
        )
    return here


def _child(tree: Mapping[str, Any], word: str) -> Any:
    for name, below in tree.items():
        if name == word:
            return below
    leaves = (below for below in tree.values() if not isinstance(below, Mapping))
    return next((leaf for leaf in leaves if getattr(leaf, "name", None) == word), None)


def _unknown(tree: Mapping[str, Any], path: Sequence[str], position: int) -> UnknownCommandError:
    if position == 0:
        return UnknownCommandError(
            f"Entrypoint {path[0]!r} not found. Available top-level entrypoints: {_listed(tree)}"
        )
    return UnknownCommandError(
        f"Subcommand {path[position]!r} not found for entrypoint {' '.join(path[:position])!r}. "
        f"Available subcommands: {_listed(tree)}"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
