"""What can go wrong between configurations and text.

The names that fiddle uses for these errors stay catchable: the classes that derive from fiddle's
are made when they are first needed, so that fiddle is not loaded before that.
"""

from __future__ import annotations

import binascii
import functools
import importlib
import zlib

from nemo_run_domain.errors import NotFoundError, PackagingError, StoreError


class DamagedPayloadError(StoreError, binascii.Error, zlib.error):
    """A text is not what the encoder wrote."""


class NotImportableError(PackagingError, AttributeError):
    """A function or class that no other process can import."""


class UnresolvedModuleError(NotFoundError, ModuleNotFoundError):
    """A text names a module that cannot be imported here."""


class UnresolvedNameError(NotFoundError, AttributeError):
    """A text names something its module does not have."""


def unserializable(message: str) -> PackagingError:
    """Return an error that is also fiddle's ``UnserializableValueError``."""
    return _with_fiddle_base("UnserializableValueError")(message)


def refused_reference(message: str, module: str, name: str, value: object) -> PackagingError:
    """Return an error that is also fiddle's ``PyrefPolicyError``."""
    error = _with_fiddle_base("PyrefPolicyError")(message)
    error.__dict__.update(module=module, symbol=name, value=value)
    return error


@functools.cache
def _with_fiddle_base(name: str) -> type[PackagingError]:
    from nemo_run_adapters.codec.fiddle_import import import_fiddle

    import_fiddle()
    base = getattr(importlib.import_module("fiddle.experimental.serialization"), name)

    def init(self: Exception, message: str) -> None:
        Exception.__init__(self, message)

    return type(name, (PackagingError, base), {"__init__": init, "__module__": __name__})
