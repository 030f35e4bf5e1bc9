"""One bounded pool of threads for everything that waits for other systems."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(slots=True)
class Workers:
    """Runs calls side by side; the pool starts when there is more than one.

    Attributes:
        limit: Largest number of threads.
    """

    limit: int = 16
    _pool: ThreadPoolExecutor | None = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def map(self, call: Callable[[ItemT], ResultT], items: Iterable[ItemT]) -> list[ResultT]:
        """Return the results in order; the first error is raised once all calls ended."""
        listed = list(items)
        if len(listed) <= 1:
            return [call(item) for item in listed]
        futures = [self._start().submit(contextvars.copy_context().run, call, item) for item in listed]
        errors = [error for future in futures if (error := future.exception()) is not None]
        if errors:
            raise errors[0]
        return [future.result() for future in futures]

    def _start(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                from concurrent.futures import ThreadPoolExecutor  # most programs use one system

                self._pool = ThreadPoolExecutor(self.limit, thread_name_prefix="nemo_run")
            return self._pool

    def close(self) -> None:
        """End the threads; a later ``map`` starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
