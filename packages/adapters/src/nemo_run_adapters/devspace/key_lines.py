"""Lines of ``authorized_keys``, put so that asyncssh keeps to every option of theirs.

asyncssh takes options that it does not know for granted: ``restrict`` would not restrict, and a key
past its ``expiry-time`` would log in. So these are settled here, and a key with an option that means
nothing here is refused. Source: manual of sshd(8), section "AUTHORIZED_KEYS FILE FORMAT".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

_KEY = re.compile(r"(?:ssh|ecdsa-sha2|sk-ssh|sk-ecdsa-sha2)-\S+[ \t]+\S")
_OPTION = re.compile(
    r"""(?P<name>[A-Za-z0-9-]+)
        (?:="(?P<value>(?:\\"|[^"\\]|\\(?!"))*)")?  # only quotes are escaped
        (?:(?P<more>,)|[ \t]+)""",
    re.VERBOSE,
)
_PERMISSIONS: tuple[str, ...] = ("pty", "port-forwarding", "agent-forwarding", "X11-forwarding", "user-rc")
_TOGGLES = {f"{prefix}{name}".lower(): (name, not prefix) for name in _PERMISSIONS for prefix in ("", "no-")}
_FLAGS = ("cert-authority", "no-touch-required")
_VALUES = ("command", "from", "permitopen", "principals")
_NEVER_GIVEN = ("environment", "permitlisten", "tunnel")
"""Options that allow, or set, what this server gives nobody."""
_TIMES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}

Options = list[tuple[str, str | None]]
"""Names in lower case, with their values, in the order of the line."""


class RefusedKeyError(ValueError):
    """A line that lets nobody in; says why."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line.

    Attributes:
        number: From 1.
        text: Without blanks around it.
    """

    number: int
    text: str

    def for_asyncssh(self, now: float) -> str:
        """Return the line with options that asyncssh keeps to.

        Args:
            now: Seconds since 1970.

        Raises:
            RefusedKeyError: It lets nobody in, or not any more.
        """
        options, key = _split(self.text)
        kept = ",".join([*_limits(options), *_kept(options, now)])
        return f"{kept} {key}" if kept else key


def lines_of(text: str) -> Iterator[KeyLine]:
    """Yield the lines of a file, but for comments and empty ones."""
    for number, line in enumerate(text.splitlines(), start=1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield KeyLine(number, stripped)


def _split(text: str) -> tuple[Options, str]:
    """Return the options and the key behind them."""
    found: Options = []
    more = _KEY.match(text) is None
    while more:
        match = _OPTION.match(text)
        if match is None:
            raise RefusedKeyError("it holds no public key, or its options cannot be understood")
        value = match["value"]
        found.append((match["name"].lower(), None if value is None else value.replace('\\"', '"')))
        text, more = text[match.end() :], match["more"] is not None
    if not _KEY.match(text):
        raise RefusedKeyError("it holds no public key")
    return found, text


def _limits(options: Options) -> list[str]:
    """Return an option for each thing that is not allowed; the last one that says so counts."""
    allowed = dict.fromkeys(_PERMISSIONS, True)
    for name, _ in options:
        if name == "restrict":
            allowed = dict.fromkeys(_PERMISSIONS, False)
        elif name in _TOGGLES:
            permission, allows = _TOGGLES[name]
            allowed[permission] = allows
    return [f"no-{name}" for name, allows in allowed.items() if not allows]


def _kept(options: Options, now: float) -> Iterator[str]:
    """Yield the other options that asyncssh is to know."""
    for name, value in options:
        if value is None and name in _FLAGS:
            yield name
        elif value is not None and name in _VALUES:
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            yield f'{name}="{quoted}"'
        elif value is not None and name == "expiry-time":
            _check_time(value, now)
        elif not _is_settled(name, value):
            raise RefusedKeyError(f"its option {name!r} is not known here, so it cannot be kept to")


def _is_settled(name: str, value: str | None) -> bool:
    """Whether asyncssh need not know an option: it is among the limits, or about what nobody gets."""
    return name in (*_TOGGLES, "restrict") if value is None else name in _NEVER_GIVEN


def _check_time(text: str, now: float) -> None:
    digits = text.upper().removesuffix("Z")
    try:
        moment = datetime.strptime(digits, _TIMES[len(digits)])
    except (KeyError, ValueError):
        raise RefusedKeyError(f"its expiry-time is no time: {text!r}") from None
    if digits != text:
        moment = moment.replace(tzinfo=timezone.utc)
    if moment.timestamp() <= now:
        raise RefusedKeyError(f"it expired at {text}")
