"""What can be wrong with a file of configurations, and where.

Every message starts with the place: file, line where the format has lines, path inside the tree.
"""

from __future__ import annotations

import functools
from typing import Any

from nemo_run_adapters.codec.unknown import UnknownFieldWarning as UnknownFieldWarning
from nemo_run_domain.errors import InvalidConfigError, NotFoundError, PackagingError


class DataError(InvalidConfigError):
    """A file or its content cannot be used as it stands."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    @property
    def sentence(self) -> str:
        """What to tell users on one line; as errors of the command line have it."""
        return str(self)


class DataSyntaxError(DataError):
    """A text is not YAML, JSON or TOML."""


class MissingTargetError(DataError):
    """Data that should describe a configuration does not say of what."""


class TargetModuleError(DataError, NotFoundError, ModuleNotFoundError):
    """Data names a module that cannot be imported here."""


class TargetNameError(DataError, NotFoundError, AttributeError):
    """Data names something that its module does not have."""


class WrongTypeError(DataError, TypeError):
    """A value does not suit the annotation of its parameter."""

    def hide(self, value: str) -> None:
        """Leave a secret out of what is told."""
        del value
        self.args = ("the value, which is not shown as its name says that it is secret, does not suit",)


class FileMissingError(DataError, NotFoundError, FileNotFoundError):
    """A file or the folder for it does not exist."""


class FileAccessError(DataError, OSError):
    """A file cannot be read or written."""


class SectionMissingError(DataError, NotFoundError, KeyError):
    """A file has no section of that name."""


def located(error: Exception, where: str, *, secret: str | None = None) -> Exception:
    """Return an error like ``error``, of the same class, whose message starts with a place, once.

    Args:
        error: What happened there.
        where: The place.
        secret: What is there, if it must not be told.
    """
    if "has_place" in vars(error):
        return error
    if secret is not None and (hide := getattr(error, "hide", None)):
        hide(secret)
    cls: Any = _located_class(type(error))
    new = cls.__new__(cls)
    vars(new).update(vars(error))
    sentence = getattr(error, "sentence", None) or str(error)
    new.args = (f"{where}: {sentence}" if where else sentence,)
    new.has_place = True
    return new


def unwritable(message: str) -> PackagingError:
    """Return an error that is also PyYAML's ``RepresenterError``."""
    return _unwritable_class()(message)


@functools.cache
def _located_class(cls: type[Exception]) -> type[Exception]:
    if issubclass(cls, DataError):
        return cls
    return type(cls.__name__, (DataError, cls), {"__module__": cls.__module__})


@functools.cache
def _unwritable_class() -> Any:
    from yaml.representer import RepresenterError  # takes a while to load

    return type("UnwritableValueError", (PackagingError, RepresenterError), {"__module__": __name__})
