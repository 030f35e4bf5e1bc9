"""What can be wrong with something that is only named."""

from __future__ import annotations

from nemo_run_domain.errors import InvalidConfigError, NotFoundError


class RelativeImportError(InvalidConfigError, ImportError):
    """A relative import where imports are lazy."""


class StarImportError(InvalidConfigError, ImportError):
    """All names of a module that is not imported."""


class LazyImportError(NotFoundError, ImportError):
    """The module behind a lazy object cannot be imported."""

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class LazyAttributeError(NotFoundError, AttributeError):
    """The module behind a lazy object has no such name."""


class ScriptNotFoundError(NotFoundError, FileNotFoundError):
    """The script of a command is not there."""


class NoEntrypointError(NotFoundError, ValueError):
    """A command or a script leads to no entry point."""


class UnknownCommandError(NoEntrypointError):
    """The words of a command lead to no entry point."""


class OverwriteError(InvalidConfigError):
    """An overwrite that is no ``key=value``."""


class InterpolationError(InvalidConfigError):
    """A ``${...}`` that leads nowhere."""


class LazyConfigError(InvalidConfigError):
    """The file or text with values for a lazy entry point cannot be used."""


class LazyTypeError(InvalidConfigError, TypeError):
    """An object of a kind that is not taken here."""


class FactoryResultError(InvalidConfigError, TypeError):
    """A factory made something that is no configuration of the command's function."""
