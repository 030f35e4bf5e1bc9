"""Texts that are values, and not words of a command line to be interpreted."""

from __future__ import annotations

from typing import Any


class Verbatim(str):
    """A text assigned from Python; it equals the same plain text, and is never coerced or looked up."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return Verbatim, (str(self),)


Verbatim.__module__ = "nemo_run.cli.lazy"


def verbatim(value: Any) -> Any:
    """Return what to record for a value assigned from Python."""
    return Verbatim(value) if type(value) is str else value
