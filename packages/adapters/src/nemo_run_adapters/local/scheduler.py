"""Runs units as processes of this machine, which go on when the launching process ends."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nemo_run_adapters.local import records
from nemo_run_adapters.local.client import Refusal
from nemo_run_adapters.local.notifier import NotifyingClient
from nemo_run_adapters.local.parse import old_status, parse_status
from nemo_run_adapters.local.refusal import explain_refusal
from nemo_run_adapters.local.registry import Entry, LocalRegistry
from nemo_run_adapters.local.request import LocalApp, LocalPlan, plan_unit
from nemo_run_adapters.local.results import read_old_status
from nemo_run_adapters.local.surroundings import base_environ, observe_site
from nemo_run_application.ports.scheduler import Accepted, Refused, SubmitResult
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.errors import (
    BackendError,
    BackendUnavailableError,
    StoreError,
    SubmissionRejectedError,
)
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason

NAME = "local_persistent"
GRACE = 10.0
"""Seconds a cancelled job has between SIGTERM and SIGKILL."""

_UNKNOWN = JobStatus(state=JobState.UNKNOWN)
_NOT_BEGUN = JobStatus(state=JobState.UNKNOWN, message="it was noted, and nobody has started it so far")


@dataclass(slots=True)
class LocalScheduler:
    """Starts jobs through the supervisor of this process; answers for the jobs of all processes.

    Attributes:
        client: The way to the supervisor, which knows the jobs of this process.
        registry: Knows the folders of all jobs.
    """

    client: NotifyingClient
    registry: LocalRegistry
    _ending: set[str] = field(init=False, default_factory=set[str])
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def plan(self, units: Sequence[PreparedUnit]) -> Sequence[LocalPlan]:
        site = observe_site()
        return [plan_unit(unit, site) for unit in units]

    def submit(self, plans: Sequence[LocalPlan]) -> Sequence[SubmitResult]:
        if not plans:
            return []
        environ = base_environ()
        try:
            self.registry.add(plans)
        except StoreError as error:
            raise BackendUnavailableError(f"no job was started: {error}") from error
        refusals = self.client.start([order for plan in plans for order in plan.orders], environ)
        return [self._answer(plan, refusals, environ) for plan in plans]

    def poll(self, handles: Collection[JobHandle]) -> Mapping[JobHandle, JobStatus]:
        with _file_errors():
            known = self.client.statuses(_ids(handles))
            return {
                handle: parse_status(known[handle.native_id])
                if handle.native_id in known
                else self._read_status(handle)
                for handle in handles
            }

    def cancel(self, handles: Collection[JobHandle]) -> None:
        ids = _ids(handles)
        with _file_errors():
            own = self.client.statuses(ids)
            self.client.cancel(ids, GRACE)
            self._cancel_elsewhere([i for i in ids if i not in own])

    def find(self, tokens: Collection[str]) -> Mapping[str, tuple[JobHandle, ...]]:
        with _file_errors():
            found = {token: self._begun(token) for token in tokens}
        return {token: handles for token, handles in found.items() if handles}

    def close(self) -> None:
        self.client.close()

    # Submitting

    def _answer(
        self, plan: LocalPlan, refusals: Mapping[str, Refusal], environ: Mapping[str, str]
    ) -> SubmitResult:
        for app in plan.apps:
            error = self._error(app, refusals.get(app.app_id), environ)
            if error is not None:
                self.client.cancel(plan.planned, GRACE)
                return Refused(error)
        return Accepted(tuple(JobHandle(NAME, app_id) for app_id in plan.planned))

    def _error(
        self, app: LocalApp, refusal: Refusal | None, environ: Mapping[str, str]
    ) -> BackendError | None:
        if refusal is None:
            return None
        if refusal.errno != errno.EEXIST:
            return explain_refusal(app, refusal, environ)
        # Submitted before: it is there, unless it was refused then.
        record = records.read_status(app.app_dir)
        if record is not None and _was_refused(record):
            return SubmissionRejectedError(f"job {app.role!r} was refused before: {record['message']}")
        return None

    # Jobs of other processes

    def _read_status(self, handle: JobHandle) -> JobStatus:
        entry = self.registry.find(handle.native_id) if handle.backend == NAME else None
        if entry is None:
            return _UNKNOWN
        if entry.old_state is not None:
            return read_old_status(entry.app_dir) or old_status(entry.old_state)
        record = records.read_status(entry.app_dir)
        return _NOT_BEGUN if record is None else parse_status(record)

    def _begun(self, token: str) -> tuple[JobHandle, ...]:
        """Return the jobs of a submission that were started, or may be about to."""
        entries = self.registry.of_token(token)
        found = {entry.app_id: records.read_status(entry.app_dir) for entry in entries}
        return tuple(
            JobHandle(NAME, app_id)
            for app_id, record in found.items()
            if record is None or not _was_refused(record)
        )

    def _cancel_elsewhere(self, app_ids: Collection[str]) -> None:
        entries = [entry for i in app_ids if (entry := self.registry.find(i)) is not None]
        folders = {entry.app_dir for entry in entries if _may_end(entry)}
        with self._lock:
            new = folders - self._ending
            self._ending |= new
        if not new:
            return
        # No daemon: this process must not end before it has seen to those that ignore SIGTERM.
        thread = threading.Thread(target=self._end, args=(new,), name="nemo_run-local-cancel")
        try:
            thread.start()
        except RuntimeError:  # the interpreter is about to end
            self._end(new)

    def _end(self, folders: set[str]) -> None:
        try:
            records.cancel_all(folders, GRACE)
        except OSError as error:
            import logging

            log = logging.getLogger("nemo_run.local")
            log.warning("cannot cancel the jobs in %s: %s", sorted(folders), error)
        finally:
            with self._lock:
                self._ending -= folders


def _ids(handles: Collection[JobHandle]) -> list[str]:
    return [handle.native_id for handle in handles if handle.backend == NAME]


def _was_refused(record: Mapping[str, Any]) -> bool:
    return record["reason"] == Reason.START_FAILED and record["restarts"] == 0


def _may_end(entry: Entry) -> bool:
    """Whether a job can still be made to end; one whose job folder was deleted is left alone."""
    if entry.old_state is not None:
        return False
    record = records.read_status(entry.app_dir)
    if record is None:
        return os.path.isdir(os.path.dirname(os.path.dirname(entry.app_dir)))
    return not parse_status(record).is_final


@contextmanager
def _file_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackendUnavailableError(f"the records of local jobs cannot be read: {error}") from error
