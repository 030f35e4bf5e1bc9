"""Which names and ids are allowed, and how ids are derived from names."""

from __future__ import annotations

import re
from collections.abc import Collection

from nemo_run_domain.errors import InvalidConfigError

MAX_COMPONENT_BYTES = 200
"""Longest title or job name, in UTF-8 bytes; file systems allow 255 and suffixes are added to it."""

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_SUFFIX_DIGITS = _CONSONANTS + "012345679"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_INLINE_NAME_LENGTH = 10


def check_title(title: str) -> str:
    """Return ``title`` if it can be the folder of an experiment's runs.

    Raises:
        InvalidConfigError: As ``check_component``, with the reason and what is allowed.
    """
    return check_component(title, what=f"experiment title {title!r}")


def check_component(name: str, *, what: str) -> str:
    """Return ``name`` if it can be one path component on every file system and backend.

    Args:
        name: The text to check.
        what: How the error calls it, such as ``job name 'x'``.

    Raises:
        InvalidConfigError: Empty, a leading dot, a slash, control characters, surrounding
            blanks, or longer than ``MAX_COMPONENT_BYTES``.
    """
    reason = _component_problem(name)
    if reason:
        forbidden = "a leading dot, '/', '\\', control characters or surrounding blanks"
        allowed = f"1 to {MAX_COMPONENT_BYTES} bytes without {forbidden}"
        raise InvalidConfigError(f"{_short(what)} {reason}; allowed are {allowed}")
    return name


def _component_problem(name: str) -> str | None:
    if not name:
        return "is empty"
    if name in (".", ".."):
        return "would leave the home folder"
    if "/" in name or "\\" in name:
        return "has a path separator"
    if name.startswith("."):
        return "begins with a dot, which hides its folder"
    if not name.isprintable():
        return "has a control or unprintable character"
    if name != name.strip():
        return "begins or ends with a blank"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_COMPONENT_BYTES:
        return f"is longer than {MAX_COMPONENT_BYTES} bytes"
    return None


def _short(what: str) -> str:
    return what if len(what) <= 80 else f"{what[:77]}..."


def experiment_id(title: str, created_ns: int) -> str:
    """Return ``<title>_<integer>``; the integer is the time of creation in nanoseconds."""
    return f"{title}_{created_ns}"


def title_of(experiment_id: str) -> str:
    """Return what stands before the last underscore of an experiment id."""
    return experiment_id.rpartition("_")[0]


def created_ns_of(experiment_id: str) -> int | None:
    """Return the integer at the end of an experiment id, or None when there is none."""
    digits = experiment_id.rpartition("_")[2]
    return int(digits) if digits.isdecimal() and digits.isascii() else None


def unique_id(base: str, taken: Collection[str]) -> str:
    """Return ``base``, or ``<base>_<n>`` with the first free ``n`` from the number of taken ids up."""
    if base not in taken:
        return base
    number = len(taken)
    while (candidate := f"{base}_{number}") in taken:
        number += 1
    return candidate


def inline_name(text: str) -> str:
    """Name an inline script after its first ten characters; never empty."""
    return _NOT_ALNUM.sub("_", text.strip()[:_INLINE_NAME_LENGTH]) or "script"


def slug(name: str) -> str:
    """Return ``name`` with everything that handles cannot hold replaced by ``-``."""
    return _NOT_PLAIN.sub("-", name) or "-"


def app_id(name: str, random_bits: int) -> str:
    """Return ``<name>-<suffix>``, the backend's own id of a local job.

    Args:
        name: Name of the task; characters outside ``[A-Za-z0-9._-]`` become ``-``.
        random_bits: A random number of 64 bits, written in consonants and digits, the
            least significant digit first.
    """
    digits = [_CONSONANTS[random_bits % len(_CONSONANTS)]]
    rest = random_bits // len(_CONSONANTS)
    while rest:
        rest, digit = divmod(rest, len(_SUFFIX_DIGITS))
        digits.append(_SUFFIX_DIGITS[digit])
    return f"{slug(name)}-{''.join(digits) if len(digits) > 1 else digits[0] + _SUFFIX_DIGITS[0]}"
