"""Values that profiles take from the environment of the launching program."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.secrets import Secret, is_secret

_REFERENCE = re.compile(r"(?P<escape>\$?)\$\{env:(?:(?P<name>[A-Za-z_]\w*)(?:,(?P<default>[^{}]*))?\})?")


class MissingVariableError(InvalidConfigError):
    """A profile needs a variable that the environment does not have."""


def interpolated(value: Any, environ: Mapping[str, str]) -> Any:
    """Return a copy of data with every ``${env:NAME}`` and ``${env:NAME,default}`` filled in.

    ``$${env:NAME}`` is left as ``${env:NAME}``. A text that took a variable with the name of a secret
    becomes a ``Secret``.

    Raises:
        MissingVariableError: The environment lacks a variable that has no default.
        InvalidConfigError: A reference that is not complete.
    """
    if isinstance(value, str):
        return _filled(value, environ) if "${env:" in value else value
    if isinstance(value, Mapping):
        return {key: interpolated(part, environ) for key, part in value.items()}
    if isinstance(value, list):
        return [interpolated(part, environ) for part in value]
    return value


def _filled(text: str, environ: Mapping[str, str]) -> str:
    filled = _REFERENCE.sub(_lookup(environ), text)
    names = [match["name"] for match in _REFERENCE.finditer(text) if not match["escape"]]
    return Secret(filled) if any(is_secret(name, "") for name in names) else filled


def _lookup(environ: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def look_up(match: re.Match[str]) -> str:
        if match["escape"]:
            return match[0][1:]
        if match["name"] is None:
            raise InvalidConfigError("'${env:' must go on as in '${env:NAME}' or '${env:NAME,default}'")
        return _value(match["name"], match["default"], environ)

    return look_up


def _value(name: str, default: str | None, environ: Mapping[str, str]) -> str:
    found = environ.get(name, default)
    if found is None:
        raise MissingVariableError(f"environment variable {name!r} is not set")
    return found


def taken(names: Sequence[str], environ: Mapping[str, str]) -> dict[str, Secret]:
    """Return variables of the environment as secrets.

    Raises:
        MissingVariableError: The environment lacks one of them.
    """
    return {name: Secret(_value(name, None, environ)) for name in names}
