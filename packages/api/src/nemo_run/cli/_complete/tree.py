"""From the words of a line to the command they lead to; commands are those of Typer and Click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run.cli._complete.candidate import Candidate


@dataclass(frozen=True)
class Spot:
    """Where on a line one is.

    Attributes:
        command: The command or group that the words lead to.
        option: The option whose value is being typed, or None.
        words: Those behind the command that are no options or their values.
        values: Option -> the value it was given, by the name of its parameter.
        is_root: Whether the command is the program itself.
    """

    command: Any
    option: Any
    words: tuple[str, ...]
    values: dict[str, str]
    is_root: bool


def find(root: Any, words: Sequence[str]) -> Spot | None:
    """Return where the words lead; None where a command does not exist."""
    command, context = root, _context(root, None)
    option, plain, values = None, [], {}
    for word in words:
        if option is not None:
            values[option.name], option = word, None
        elif word.startswith("-") and len(word) > 1:
            option = _option_taking_next(command, context, word, values)
        elif is_group(command):
            command = command.get_command(context, word)
            if command is None:
                return None
            context = _context(command, context)
        else:
            plain.append(word)
    return Spot(command, option, tuple(plain), values, command is root)


def is_group(command: Any) -> bool:
    """Whether a command has commands below it."""
    return hasattr(command, "list_commands")


def parameters(command: Any) -> list[Any]:
    """Return the options and arguments of a command, ``--help`` included."""
    return list(command.get_params(_context(command, None)))


def subcommands(command: Any) -> list[Candidate]:
    """Return the commands of a group; those that would have to be imported without their help."""
    known = getattr(command, "commands", {})
    names = command.list_commands(_context(command, None))
    return [Candidate(name, _help_of(known.get(name))) for name in names if not _is_hidden(known.get(name))]


def options(command: Any) -> list[Candidate]:
    """Return the options of a command."""
    found = [
        param for param in parameters(command) if is_option(param) and not getattr(param, "hidden", False)
    ]
    flags = [(flag, param) for param in found for flag in (*param.opts, *param.secondary_opts)]
    return [Candidate(flag, getattr(param, "help", "") or "") for flag, param in flags]


def option_named(command: Any, flag: str) -> Any:
    """Return the option of that spelling, or None."""
    for param in parameters(command):
        if is_option(param) and flag in (*param.opts, *param.secondary_opts):
            return param
    return None


def is_option(param: Any) -> bool:
    """Whether a parameter begins with dashes."""
    return param.param_type_name == "option"


def choices(param: Any) -> list[str]:
    """Return the values that a parameter may have, if they are few."""
    found = getattr(getattr(param, "type_descriptor", None), "choices", None)
    found = getattr(getattr(param, "type", None), "choices", None) if found is None else found
    return [str(getattr(choice, "value", choice)) for choice in found or ()]


def told_by(param: Any, command: Any, current: str) -> list[tuple[str, str, str]]:
    """Return (value, help, kind) of what a parameter itself completes, as users' commands may have it.

    The kind is ``plain``, or ``file`` or ``dir`` for any file or folder.
    """
    found = param.shell_complete(_context(command, None), current)
    return [(str(each.value), each.help or "", each.type) for each in found]


def _option_taking_next(command: Any, context: Any, word: str, values: dict[str, str]) -> Any:
    flag, sign, value = word.partition("=")
    param = option_named(command, flag)
    if param is None or getattr(param, "is_flag", False) or getattr(param, "count", False):
        return None
    if sign:
        values[param.name] = value
        return None
    return param


def _context(command: Any, parent: Any) -> Any:
    return command.context_class(command, info_name=command.name, parent=parent, resilient_parsing=True)


def _help_of(command: Any) -> str:
    text = "" if command is None else getattr(command, "short_help", "") or getattr(command, "help", "") or ""
    return text.strip().partition("\n")[0]


def _is_hidden(command: Any) -> bool:
    return bool(getattr(command, "hidden", False))
