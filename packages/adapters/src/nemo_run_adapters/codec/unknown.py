"""Arguments in saved files that this version of a class does not know: other versions wrote them."""

from __future__ import annotations

import functools
import inspect
import logging
import warnings
from typing import Any

_OURS = ("nemo_run", "nemo_run_adapters", "nemo_run_application", "nemo_run_domain")
_LOG = logging.getLogger(__name__)


class UnknownFieldWarning(UserWarning):
    """A saved object has a field that this version of its class does not; it is left out."""


def is_ours(target: Any) -> bool:
    """Whether a saved object of this class may have fields that this version does not know."""
    return isinstance(target, type) and target.__module__.partition(".")[0] in _OURS


def known_only(target: Any, arguments: dict[Any, Any]) -> dict[Any, Any]:
    """Drop named arguments that ``target`` does not take, and log that once per kind."""
    unknown = _unknown(target, arguments)
    if not unknown:
        return arguments
    _log_once(_message(target, unknown))
    return {name: value for name, value in arguments.items() if name not in unknown}


def warn_of_unknown(target: Any, arguments: dict[Any, Any]) -> dict[Any, Any]:
    """Like ``known_only``, but only for classes of ours and with an ``UnknownFieldWarning``."""
    unknown = _unknown(target, arguments) if is_ours(target) else ()
    if not unknown:
        return arguments
    warnings.warn(_message(target, unknown), UnknownFieldWarning, stacklevel=2)
    return {name: value for name, value in arguments.items() if name not in unknown}


def _message(target: Any, unknown: tuple[str, ...]) -> str:
    name = getattr(target, "__qualname__", target)
    return f"A saved {name} has arguments this version does not know; they are dropped: {', '.join(unknown)}"


@functools.cache
def _log_once(message: str) -> None:
    _LOG.warning("%s", message)


def _unknown(target: Any, arguments: dict[Any, Any]) -> tuple[str, ...]:
    known = _keywords(target)
    if known is None or known.issuperset(arguments):
        return ()
    return tuple(sorted(name for name in arguments if isinstance(name, str) and name not in known))


@functools.cache
def _keywords(target: Any) -> frozenset[str] | None:
    """Return the names that ``target`` takes as keywords, or None when it takes any."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
