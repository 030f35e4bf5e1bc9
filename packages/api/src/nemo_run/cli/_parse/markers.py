"""``Config``, ``Config[a.b.C]`` and ``Partial[a.b.f]`` as values."""

from __future__ import annotations

import re
from typing import Any

from nemo_run._config.buildables import Config, Partial
from nemo_run._types.shape import config_class_of
from nemo_run.cli._parse.dotted import LoadingError, named_object
from nemo_run.cli._parse.errors import ParseError

_MARKER = re.compile(r"\s*(?P<kind>Config|Partial)(?:\[(?P<name>[\w.]+)\])?\s*")


def find(text: str, hint: Any) -> Any:
    """Return the new configuration that a text asks for; None if it has another form.

    Raises:
        ParseError: What it names cannot be configured.
    """
    match = _MARKER.fullmatch(text)
    if match is None:
        return None
    target = config_class_of(hint) if match["name"] is None else _named(match["name"], text, hint)
    if target is None:  # a text that happens to be this word
        return None
    try:
        return (Config if match["kind"] == "Config" else Partial)(target)
    except (TypeError, ValueError) as error:
        raise ParseError(text, hint, f"Cannot configure {target}: {error}") from error


def _named(name: str, text: str, hint: Any) -> Any:
    try:
        return named_object(name)
    except (LookupError, LoadingError) as error:
        raise ParseError(text, hint, str(error)) from error
