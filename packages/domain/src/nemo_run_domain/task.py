"""What to run, without a place."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nemo_run_domain.errors import InvalidConfigError

_SHOWN = 40
"""Characters of an argument that an error shows."""


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask:
    """A program with arguments.

    Attributes:
        path: File to hand to the entrypoint, or module name with ``module``.
        inline: Text of the script; stands instead of ``path``.
        args: Arguments behind the script.
        env: Environment of this task; wins over the executor's.
        entrypoint: Program that runs the script, with options as a shell would read them.
        module: Run ``path`` with ``-m``.
        metadata: Free-form facts for backends.
    """

    path: str = ""
    inline: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=_nothing)
    entrypoint: str = "bash"
    module: bool = False
    metadata: Mapping[str, Any] = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        if not self.path and not self.inline:
            raise InvalidConfigError("a script needs a path or an inline text")
        if not _words(self.entrypoint):
            raise InvalidConfigError("a script needs an entrypoint, such as 'bash' or 'python -u'")
        for arg in self.args:
            if "\0" in arg:
                shown = arg if len(arg) <= _SHOWN else f"{arg[:_SHOWN]}..."
                raise InvalidConfigError(
                    f"script argument {shown!r} has a NUL character; no program can receive it"
                )


def _words(entrypoint: str) -> list[str]:
    try:
        return shlex.split(entrypoint)
    except ValueError as error:
        raise InvalidConfigError(f"entrypoint {entrypoint!r} is no command: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableTask:
    """A configured function, serialised.

    Attributes:
        target: ``module:qualified.name``, for people.
        payload: The text the task runner loads.
        side_files: Suffix -> content of files that stand beside the payload, such as objects
            that travel by value.
    """

    target: str
    payload: str
    side_files: Mapping[str, bytes] = field(default_factory=_nothing)


Task = ScriptTask | CallableTask
