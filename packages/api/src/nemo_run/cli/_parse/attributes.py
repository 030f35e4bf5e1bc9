"""Values along a key."""

from __future__ import annotations

from typing import Any

from nemo_run._types.hints import MISSING
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.places import locate
from nemo_run.cli._parse.words import parse_key


def parse_attribute(attr: str, nested: Any) -> Any:
    """Return what ``nested`` holds under a key such as ``net.width`` or ``[0]``.

    Raises:
        ArgumentParsingError: It is no key.
        ArgumentValueError: It leads nowhere, or to a parameter without value.
    """
    found = locate(nested, parse_key(attr), create=False).open()
    if found is MISSING:
        raise ArgumentValueError(f"Invalid attribute '{attr}': it has no value", attr, {})
    return found
