"""One run: launching, waiting, and what Ctrl-C and signals to end do to it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from nemo_run.exceptions import Interrupted, UsageError
from nemo_run_application.backends import Capability
from nemo_run_application.cancel import CancelJobs, JobAddress
from nemo_run_application.events import Notice
from nemo_run_application.run_state import RunState
from nemo_run_application.services import Services
from nemo_run_application.watch import WatchRun
from nemo_run_domain.job import JobStatus

CANCEL_PATIENCE = 15.0
"""Seconds to wait for cancelled jobs to end; a little more than their own grace period."""

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def hold(services: Services, experiment: str, directory: str) -> Callable[[], None]:
    """Keep everybody else from running an experiment; returns what lets go of it.

    Raises:
        UsageError: Somebody else runs it.
    """
    let_go = services.store.hold(directory)
    if let_go is None:
        raise UsageError(
            f"experiment {experiment} is being run by another program; "
            "wait for its end, or end that program, before you run it again"
        )
    return let_go


class RunSession:
    """Drives one run of an experiment in this process.

    Attributes:
        state: Where the run stands.
    """

    def __init__(
        self, services: Services, state: RunState, on_change: Callable[[str, JobStatus], None] | None = None
    ) -> None:
        self.state = state
        self._services = services
        self._watch = WatchRun(services, state, on_change)
        self._lock = threading.Lock()
        self._is_stopping = False
        self._has_asked = False

    def start(self) -> None:
        """Submit every unit that waits for nothing.

        Raises:
            BackendError: The first refusal, once everything else was submitted.
        """
        try:
            with self._lock, self._stop_on_signals():
                self._watch.start()
        except KeyboardInterrupt as error:
            self.stop(error)
            raise

    def go_on(self, unit_ids: Sequence[str]) -> None:
        """Submit units of a run that was begun before, and wait for all that is open."""
        try:
            with self._lock, self._stop_on_signals():
                self._watch.launch(unit_ids)
        except KeyboardInterrupt as error:
            self.stop(error)
            raise
        self.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Return once all units have ended or the time is over; whether they have.

        Raises:
            Interrupted: Ctrl-C or a signal to end; what is not remote was cancelled before.
        """
        try:
            with self._lock, self._stop_on_signals():
                return self._watch.wait(timeout=timeout)
        except KeyboardInterrupt as error:
            self.stop(error)
            raise

    def stop(self, error: KeyboardInterrupt) -> None:
        """Cancel what is not remote and wait for it; does nothing when that was done or all is over.

        Args:
            error: What interrupted the program.

        Raises:
            Interrupted: In the end; at once, when there is another interruption.
        """
        if self._is_stopping or self.state.is_over:
            return
        self._is_stopping = True
        code = error.status if isinstance(error, Interrupted) else 130
        try:
            with self._stop_on_signals():
                cancelled = self._stop_all()
        except KeyboardInterrupt:
            if not self._has_asked:  # it came before the first one had its effect: the jobs would go on
                self._ask_to_end()
            raise Interrupted("interrupted twice; what was cancelled may still be ending", code) from None
        raise Interrupted(f"interrupted; cancelled: {', '.join(cancelled) or 'nothing'}", code) from None

    def cancel(self, unit_ids: Sequence[str]) -> None:
        """Ask for units to end or not to start; from any thread."""
        self.state.request_cancel(unit_ids)
        addresses = [self._address(unit_id) for unit_id in unit_ids if unit_id not in self.state.ended]
        CancelJobs(self._services)(self.state.experiment.directory, addresses)
        self.state.changed.set()

    def cancel_local(self) -> tuple[list[str], list[str]]:
        """Cancel what does not live elsewhere; returns the cancelled and the remaining unit ids."""
        remote = [u for u in self.state.open_units if self._is_remote(u)]
        mine = [u for u in self.state.statuses if u not in self.state.ended and u not in remote]
        self.cancel(mine)
        return mine, remote

    def _stop_all(self) -> list[str]:
        """Cancel what does not live elsewhere, and wait for its end; returns the ids of its units."""
        cancelled, remote = self._ask_to_end()
        count = f"{len(cancelled)} job{'s' * (len(cancelled) != 1)}"
        self._say(f"interrupted: cancelling {count}; once more to stop at once")
        if remote:
            self._say(f"these jobs go on: {', '.join(remote)}")
        self._wait_for_end(CANCEL_PATIENCE if not remote else 0.0)
        return cancelled

    def _ask_to_end(self) -> tuple[list[str], list[str]]:
        """Ask what does not live elsewhere to end, what was about to be launched included."""
        self._watch.recover()
        asked = self.cancel_local()
        self._has_asked = True
        return asked

    def _wait_for_end(self, seconds: float) -> None:
        """Wait until all units have ended, unless another thread does and does not come back in time."""
        if self._lock.acquire(timeout=seconds):
            try:
                self._watch.wait(timeout=seconds)
            finally:
                self._lock.release()

    def _say(self, text: str) -> None:
        event = Notice(experiment_id=self.state.experiment.id, text=text, level="warning")
        self._services.reporter.emit(event)

    def _is_remote(self, unit_id: str) -> bool:
        return self.state.planned[unit_id].backend.can(Capability.REMOTE)

    def _address(self, unit_id: str) -> JobAddress:
        unit = self.state.planned[unit_id].unit
        return JobAddress(
            unit_id=unit_id, executor=unit.executor, handles=self.state.handles.get(unit_id, ())
        )

    def heed_signals(self) -> Callable[[], None]:
        """Turn signals to end into ``Interrupted``, also in the user's code; returns what undoes that."""
        stack = contextlib.ExitStack()
        stack.enter_context(self._stop_on_signals())
        return stack.close

    @contextlib.contextmanager
    def _stop_on_signals(self) -> Iterator[None]:
        """Turn signals to end into ``Interrupted`` in the main thread, unless the program has handlers."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[int, Any] = {}
        for number in _ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _raise_interrupted)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _raise_interrupted(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(f"received {signal.Signals(number).name}", 128 + number)
