"""Functions that do their work once in a process."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable


class Once:
    """Calls a function once; a call that failed does not count, and one from inside does nothing."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._lock = threading.RLock()
        self._is_done = False
        functools.update_wrapper(self, function)

    def __call__(self) -> None:
        with self._lock:
            if self._is_done:
                return
            self._is_done = True
            try:
                self._function()
            except BaseException:
                self._is_done = False
                raise

    @property
    def is_done(self) -> bool:
        """Whether the work was done, or is being done."""
        return self._is_done

    def cache_clear(self) -> None:
        """Let the next call do the work again."""
        self._is_done = False
