"""Answer a shell instead of doing one's work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from nemo_run.cli._complete import arguments, files, tree
from nemo_run.cli._complete.candidate import Candidate, starting_with
from nemo_run.cli._complete.reply import render
from nemo_run.cli._complete.request import DESCRIPTOR, VARIABLE, read


def answer(root: Any) -> NoReturn:
    """Print what may follow the line being typed, and end the process; nothing is run.

    Args:
        root: The command of the whole program.

    Raises:
        SystemExit: Always; also where nothing is known, because a shell shows no errors here.
    """
    try:
        request = read(os.environ)
        os.environ.pop(VARIABLE)  # what is imported may start programs of ours
        text = render(request, complete(root, request.words, request.current.text))
        _write(text)
    except (Exception, SystemExit):  # noqa: BLE001 - a line being typed is no place for errors
        pass
    sys.exit(0)


def complete(root: Any, words: Iterable[str], current: str) -> list[Candidate]:
    """Return what may stand in the place of the word being typed.

    Args:
        root: The command of the whole program.
        words: Those before it, without the program's name.
        current: What there is of it.
    """
    spot = tree.find(root, [*words])
    return [] if spot is None else starting_with(current, _candidates(spot, current))


def _candidates(spot: tree.Spot, current: str) -> Iterable[Candidate]:
    if spot.option is not None:
        return _values(spot, spot.option, current, "")
    if current.startswith("-"):
        flag, sign, value = current.partition("=")
        param = tree.option_named(spot.command, flag) if sign else None
        return tree.options(spot.command) if param is None else _values(spot, param, value, f"{flag}=")
    if tree.is_group(spot.command):
        return tree.subcommands(spot.command)
    if getattr(spot.command, "entrypoint", None) is not None:
        from nemo_run.cli._complete import overrides

        return overrides.words(spot, current)
    return arguments.values(spot, current)


def _values(spot: tree.Spot, param: Any, value: str, prefix: str) -> Iterable[Candidate]:
    entrypoint = getattr(spot.command, "entrypoint", None)
    if entrypoint is not None and param.name in ("factory", "executor"):
        from nemo_run.cli._complete import overrides

        return overrides.option_values(spot, param.name, value, prefix)
    metavar = str(getattr(param, "metavar", None) or "")
    if not metavar.startswith(("FILE", "FOLDER", "PATH")):
        return arguments.told_by(param, spot.command, value, prefix)
    suffixes = (".yaml", ".yml", ".json", ".toml") if param.name == "yaml" else ()
    return files.paths(value, prefix=prefix, suffixes=suffixes)


def _write(text: str) -> None:
    descriptor = os.environ.get(DESCRIPTOR, "")
    if descriptor.isdecimal():
        os.write(int(descriptor), text.encode(errors="surrogateescape"))
    else:
        sys.stdout.write(text)
