"""The command of a task: program, arguments, environment. Lists until the edge."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.secrets import is_secret

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _no_env() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What one process of a task is started with.

    Attributes:
        argv: Program and arguments, unquoted.
        env: Overlay over the environment of the place where it runs.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=_no_env)

    def with_env(self, env: Mapping[str, str]) -> Command:
        """Return the same command with ``env`` on top of its environment."""
        return replace(self, env={**self.env, **env})


def check_env(env: Mapping[Any, Any], *, owner: str) -> dict[str, str]:
    """Return ``env`` as text if a process can receive it.

    Raises:
        InvalidConfigError: A name or a value that no process can receive; names the variable.
    """
    for name, value in env.items():
        if not isinstance(name, str) or not name or "=" in name or "\0" in name:
            raise InvalidConfigError(f"{owner}: {name!r} cannot be the name of an environment variable")
        if not isinstance(value, str):
            shown = type(value).__name__ if is_secret(name, value) else repr(value)
            raise InvalidConfigError(f"{owner}: environment variable {name!r} must be text, not {shown}")
        if "\0" in value:
            raise InvalidConfigError(f"{owner}: environment variable {name!r} has a NUL character")
    return dict(env)


def render_posix(command: Command) -> str:
    """Write ``command`` for a POSIX shell: exports, then the quoted words.

    Names that a shell cannot assign travel through ``env``. Secrets are written out: whatever is
    shown or stored is rendered from ``secrets.masked`` values.
    """
    env = {name: str(value) for name, value in command.env.items()}
    plain = {k: v for k, v in env.items() if _ENV_NAME.fullmatch(k)}
    other = [f"{k}={v}" for k, v in env.items() if k not in plain]
    exports = "".join(f"export {k}={shlex.quote(v)}\n" for k, v in plain.items())
    words = (["env", *other] if other else []) + list(command.argv)
    return f"{exports}{shlex.join(words)}\n"
