"""Values that must not be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

MASK = "********"

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:API_?KEY|ACCESS_?KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PRIVATE_?KEY)(?:_|S?$)",
    re.IGNORECASE,
)


class Secret(str):
    """Text that never shows itself: ``repr`` and saved snapshots hold a mask.

    Comparisons, ``encode`` and the environment of the task see the real value.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __format__(self, format_spec: str) -> str:
        return format(MASK, format_spec)


def is_secret(name: str, value: object) -> bool:
    """Whether a variable must not be shown, by its type or by its name."""
    return isinstance(value, Secret) or _SECRET_NAME.search(name) is not None


def masked(env: Mapping[str, str]) -> dict[str, str]:
    """Return ``env`` as it may be shown."""
    return {name: MASK if is_secret(name, value) else value for name, value in env.items()}
