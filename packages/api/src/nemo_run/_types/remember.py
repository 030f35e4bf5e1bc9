"""What was found out about a function or class, kept for as long as that exists."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")


def remembered(known: weakref.WeakKeyDictionary[Any, _T], target: Any, find: Callable[[Any], _T]) -> _T:
    """Return what is known of ``target``; finds it out the first time.

    Args:
        known: Where it is kept; keeps no target alive.
        target: What cannot be hashed or referred to weakly is looked at each time.
        find: Finds it out.
    """
    try:
        return known[target]
    except TypeError:  # not hashable or without weak references
        return find(target)
    except KeyError:
        found = find(target)
        remember(known, target, found)
        return found


def remember(known: weakref.WeakKeyDictionary[Any, _T], target: Any, value: _T) -> None:
    """Keep a value where that is possible."""
    with contextlib.suppress(TypeError):
        known[target] = value
