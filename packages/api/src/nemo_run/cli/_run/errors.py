"""What can be wrong with the options of a run command."""

from __future__ import annotations

from nemo_run_domain.errors import InvalidConfigError


class RunContextError(InvalidConfigError):
    """Something about a run context; subclasses of ``RunContext`` raise it, too."""


class InvalidOptionError(RunContextError):
    """An option has a value that cannot be."""


class NothingToChangeError(InvalidOptionError):
    """A word changes an executor or plugins, and there are none.

    Attributes:
        arg: The word.
    """

    def __init__(self, arg: str, kind: str, option: str) -> None:
        super().__init__(arg, kind, option)
        self.arg = arg

    def __str__(self) -> str:
        _, kind, option = self.args
        return f"{self.arg} has no {kind} to change: add run.{option}=NAME"


class MissingRequiredOptionError(RunContextError):
    """An option that this command needs was not given."""


class NotAskedError(RunContextError):
    """There is nobody who could say yes."""


class MissingArgumentsError(RunContextError):
    """Parameters without a value."""


class UndecodedTextError(RunContextError):
    """A text holds bytes that are no text in the encoding of this system."""


class NotImplementedOptionError(RunContextError, NotImplementedError):
    """An option that exists in name only."""


class UnknownNameError(InvalidConfigError, LookupError):
    """No executor or plugin has that name."""
