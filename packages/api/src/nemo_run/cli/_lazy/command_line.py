"""Command lines as targets: what in them names the entry point, and what changes it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from nemo_run.cli._lazy.targets import split_command

_WITH_VALUE = {
    "--executor": "executor",
    "--factory": "factory",
    "-f": "factory",
    "--load": "load",
    "-l": "load",
    "--name": "name",
    "-n": "name",
    "--rich-theme": "rich_theme",
    "--to-json": "to_json",
    "--to-toml": "to_toml",
    "--to-yaml": "to_yaml",
    "--yaml": "yaml",
}


@dataclass
class CommandLine:
    """A command line, taken apart.

    Attributes:
        command: Program, groups and name of the command.
        overwrites: Words ``key=value``.
        options: Long name of an option -> its value, for those that have one.
    """

    command: list[str] = field(default_factory=list)
    overwrites: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The command, as a shell reads it."""
        return shlex.join(self.command)


def read_command_line(text: str) -> CommandLine:
    """Take a command line apart; options without a value are left out.

    Raises:
        ValueError: A quote is not closed.
    """
    line = CommandLine()
    words = iter(split_command(text))
    for word in words:
        option, equals, value = word.partition("=")
        if word.startswith("-"):
            if option in _WITH_VALUE:
                line.options[_WITH_VALUE[option]] = value if equals else next(words, "")
        elif equals:
            line.overwrites.append(word)
        else:
            line.command.append(word)
    return line
