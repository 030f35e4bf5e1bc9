"""The launcher's side of the supervisor: start tasks, hear how they do.

A supervisor process is started with the first task, or a little before, and outlives this process. When
it dies, the next start gets a new one, and the tasks of the dead one are answered for by their records.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemo_run_adapters.local import records
from nemo_run_adapters.local.supervisor.files import build_status
from nemo_run_domain.errors import BackendError, BackendUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_PROGRAM = os.path.join(os.path.dirname(__file__), "supervisor", "__main__.py")
# Isolated, without site-packages; UTF-8 whatever the locale, because that is what the messages are.
_COMMAND = ("-I", "-S", "-X", "utf8", _PROGRAM)
_REPLY_TIMEOUT = 60.0
_REPLY_TIMEOUT_PER_APP = 0.1
_NO_ANSWER = "the supervisor of local tasks does not answer"
_OPEN = ("RUNNING", "UNKNOWN")
_LOOK_AGAIN = 0.1  # seconds between two looks at tasks without a supervisor
_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an app was not started.

    Attributes:
        message: The reason in words.
        errno: Error number of the system, such as ``ENOENT`` (no such program or working directory) or
            ``EEXIST`` (the app was started before); None for a malformed order.
    """

    message: str
    errno: int | None


class SupervisorClient:
    """Tasks of this process; may be used from several threads.

    A forked child gets nothing of it but the records: what it starts, it starts with a supervisor of its
    own.
    """

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._reset()
        _clients.add(self)

    def warm_up(self) -> None:
        """Start a supervisor unless there is one; should that fail, ``start`` will tell."""
        with suppress(BackendUnavailableError), self._sending:
            self._connect()

    def start(
        self,
        apps: Sequence[Mapping[str, Any]],
        environ: Mapping[str, str],
        *,
        timeout: float | None = None,
    ) -> dict[str, Refusal]:
        """Start apps and return those that were refused, by app id, once all have been answered.

        Calling it again with the same apps is safe: an app is started once at most, and refused with
        ``EEXIST`` after that.

        Args:
            apps: Orders with the keys ``app_id``, ``app_dir`` (absolute), ``role``, ``argv``, ``cwd``, and
                optionally ``env`` (added to ``environ``), ``group`` (apps of one call with the same
                group end together), ``retries`` (0), ``grace`` (seconds, 10) and ``final_file_extra``
                (added to the ``SUCCESS`` file).
            environ: The environment all of them start from.
            timeout: Seconds to wait for the answers; by default a minute and a little for each app.

        Raises:
            BackendUnavailableError: No supervisor could be started, or it answered for none of the apps,
                which then never start. When it answered for some, or began them, the others are refused
                with ``ETIMEDOUT``.
            BackendError: It did not answer, and the apps could not be kept from starting later.
        """
        if not apps:
            return {}
        if timeout is None:
            timeout = _REPLY_TIMEOUT + _REPLY_TIMEOUT_PER_APP * len(apps)
        answers = self._ask(apps, environ, time.monotonic() + timeout)
        refused = {i: refusal for i, refusal in answers.items() if refusal}
        if all(i in refused and refused[i].errno == errno.ETIMEDOUT for i in answers):
            raise BackendUnavailableError(_NO_ANSWER)
        return refused

    def cancel(self, app_ids: Iterable[str], grace: float) -> None:
        """Ask apps to end, and make them end after ``grace`` seconds; return at once.

        Apps whose supervisor is gone are ended here, which may take ``grace`` seconds.
        """
        left = self._send_to_owner({"op": "cancel", "grace": grace}, app_ids)
        records.cancel_all(left, grace)

    def kill(self, app_ids: Iterable[str]) -> None:
        """End apps with SIGKILL; return at once."""
        records.cancel_all(self._send_to_owner({"op": "kill"}, app_ids), 0.0)

    def watch(self, app_ids: Iterable[str]) -> None:
        """Ask for news about the output of apps; see ``wait_output``."""
        self._send_to_owner({"op": "watch"}, app_ids)

    def statuses(self, app_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the statuses of apps this process has started (see ``files.build_status``).

        An app it does not know is left out. This reads no file as long as the supervisor lives.
        """
        with self._news:
            known = {i: self._statuses[i] for i in app_ids if i in self._statuses}
            orphans = [i for i, s in known.items() if s["state"] == "RUNNING" and not self._is_owned(i)]
        for app_id in orphans:
            known[app_id] = records.read_status(self._folders[app_id]) or known[app_id]
            if known[app_id]["state"] not in _OPEN:
                self._statuses[app_id] = known[app_id]
        return known

    def wait_change(self, timeout: float | None, *, output: bool = True) -> bool:
        """Wait until anything was heard since the last call in this thread; False after ``timeout``.

        Nothing is heard of apps whose supervisor has died. While there are such, this comes back every now
        and then, so that the caller looks at ``statuses``.

        Args:
            timeout: Seconds; None for no limit.
            output: Whether new output of a watched app counts.
        """
        with self._news:
            seen = getattr(self._seen, "versions", (0, 0))
            if has_orphans := self._has_orphans():
                timeout = _LOOK_AGAIN if timeout is None else min(timeout, _LOOK_AGAIN)
            result = self._news.wait_for(lambda: self._has_news(seen, output), timeout)
            self._seen.versions = self._versions
            return result or has_orphans

    def wait_output(self, app_id: str, seen: int, timeout: float | None) -> int:
        """Wait until there is more output of a watched app than at the last call, or it has ended.

        Args:
            app_id: The app.
            seen: What the last call returned; 0 at first.
            timeout: Seconds; None for no limit.

        Returns:
            A number that grows with every notice; ``seen`` when there was none.
        """
        with self._news:
            self._news.wait_for(lambda: self._output[app_id] > seen or not self._is_running(app_id), timeout)
            return self._output[app_id]

    def close(self) -> None:
        """Leave the tasks to their supervisor, which ends when they have ended."""
        with self._sending:
            if self._link:
                self._link.close()

    # Starting

    def _ask(
        self, apps: Sequence[Mapping[str, Any]], environ: Mapping[str, str], deadline: float
    ) -> dict[str, Refusal | None]:
        """Have apps started, by a second supervisor if the first one dies; return an answer for each."""
        link, answers = self._start_with_one(apps, environ, deadline)
        links = [link]
        if (left := _unanswered(apps, answers)) and not link.is_open:
            with suppress(BackendUnavailableError):
                second, more = self._start_with_one(left, environ, deadline)
                links.append(second)
                answers |= self._see_through(link, more)
        left = _unanswered(apps, answers)
        return {**answers, **{app["app_id"]: self._settle(app, links) for app in left}}

    def _start_with_one(
        self, apps: Sequence[Mapping[str, Any]], environ: Mapping[str, str], deadline: float
    ) -> tuple[_Link, dict[str, Refusal | None]]:
        """Send apps to a living supervisor; return it with its answers, fewer if it died or is slow."""
        ids = {app["app_id"] for app in apps}
        with self._sending:
            link = self._connect()
            with self._news:
                for app in apps:
                    if not self._is_running(app["app_id"]):  # else it is refused, and stays where it is
                        self._folders[app["app_id"]] = app["app_dir"]
                    self._answers.pop(app["app_id"], None)
            link.send({"op": "start", "environ": dict(environ), "apps": list(apps)})
        with self._news:
            left = deadline - time.monotonic()
            self._news.wait_for(lambda: not link.is_open or self._answers.keys() >= ids, left)
            return link, {i: self._answers.pop(i) for i in ids if i in self._answers}

    def _see_through(self, dead: _Link, answers: dict[str, Refusal | None]) -> dict[str, Refusal | None]:
        """Take apps that a dead supervisor had claimed for started; their records tell whether they run."""
        with self._news:
            for app_id, refusal in answers.items():
                if refusal and refusal.errno == errno.EEXIST:
                    answers[app_id] = None
                    self._note_started(app_id, dead, None)
        return answers

    def _settle(self, app: Mapping[str, Any], links: Sequence[_Link]) -> Refusal | None:
        """Answer for an app whose order a supervisor has and may still follow: it never starts, or it has.

        Raises:
            BackendError: Its records cannot be written, so that nobody knows.
        """
        app_id, app_dir = app["app_id"], app["app_dir"]
        try:
            if records.abandon(app_dir, refusal=_NO_ANSWER):
                return Refusal(_NO_ANSWER, errno.ETIMEDOUT)
            claimer = records.read_claimer(app_dir)
            owner = next((link for link in links if link.pid == claimer), None)
            if owner is None:
                return Refusal("somebody has started it before", errno.EEXIST)
            with self._news:
                self._note_started(app_id, owner, None)
            # Its end may have been told before it was noted.
            status = records.read_status(app_dir)
        except OSError as error:
            raise BackendError(f"{_NO_ANSWER}, and the records of {app_id!r} cannot tell: {error}") from error
        if status is None or status["state"] in _OPEN:
            return None
        with self._news:
            self._statuses[app_id] = status
        return Refusal(status["message"], None) if status["reason"] == "start failed" else None

    def _connect(self) -> _Link:
        if self._link is None or not self._link.is_open:
            self._link = _Link(self)
        return self._link

    def _send_to_owner(self, message: dict[str, Any], app_ids: Iterable[str]) -> list[str]:
        """Send a message about running apps; return the folders of those nobody listens for."""
        links: defaultdict[_Link, list[str]] = defaultdict(list)
        orphans: list[str] = []
        with self._news:
            for app_id in app_ids:
                if self._is_running(app_id) and self._is_owned(app_id):
                    links[self._owners[app_id]].append(app_id)
                elif self._is_running(app_id):
                    orphans.append(self._folders[app_id])
                elif self._is_unanswered(app_id) and self._link:
                    links[self._link].append(app_id)
        with self._sending:
            for link, ids in links.items():
                link.send({**message, "app_ids": ids})
        return orphans

    # What the reading thread reports

    def _on_events(self, link: _Link, events: list[dict[str, Any]]) -> None:
        with self._news:
            for event in events:
                handler = getattr(self, "_on_" + event["event"], None)
                if handler:
                    handler(link, event)
            state, output = self._versions
            is_output = all(event["event"] == "output" for event in events)
            self._versions = (state, output + 1) if is_output else (state + 1, output)
            self._news.notify_all()

    def _on_end(self) -> None:
        with self._news:
            self._versions = (self._versions[0] + 1, self._versions[1])
            self._news.notify_all()

    def _on_accepted(self, link: _Link, event: dict[str, Any]) -> None:
        app_id = event["app_id"]
        self._answers[app_id] = None
        self._note_started(app_id, link, event["started_at"])

    def _on_refused(self, link: _Link, event: dict[str, Any]) -> None:
        self._answers[event["app_id"]] = Refusal(event["message"], event["errno"])

    def _note_started(self, app_id: str, link: _Link, started_at: float | None) -> None:
        self._owners[app_id] = link
        self._statuses[app_id] = build_status(app_id, "RUNNING", started_at=started_at)

    def _on_started(self, link: _Link, event: dict[str, Any]) -> None:
        status = self._statuses[event["app_id"]]
        self._statuses[event["app_id"]] = {**status, "started_at": event["started_at"]}

    def _on_restarted(self, link: _Link, event: dict[str, Any]) -> None:
        status = self._statuses[event["app_id"]]
        self._statuses[event["app_id"]] = {**status, "restarts": event["attempt"]}

    def _on_final(self, link: _Link, event: dict[str, Any]) -> None:
        self._statuses[event["app_id"]] = event["status"]

    def _on_error(self, link: _Link, event: dict[str, Any]) -> None:
        import logging

        logging.getLogger(__name__).warning("the supervisor of local tasks: %s", event["message"])

    def _on_output(self, link: _Link, event: dict[str, Any]) -> None:
        for app_id in event["app_ids"]:
            self._output[app_id] += 1

    # Helpers

    def _has_news(self, seen: tuple[int, int], output: bool) -> bool:
        return self._versions[0] > seen[0] or (output and self._versions[1] > seen[1])

    def _has_orphans(self) -> bool:
        return any(self._is_running(i) and not self._is_owned(i) for i in self._statuses)

    def _is_running(self, app_id: str) -> bool:
        status = self._statuses.get(app_id)
        return status is not None and status["state"] == "RUNNING"

    def _is_unanswered(self, app_id: str) -> bool:
        """Whether a start was sent, by a call that may have been interrupted, and nothing heard since."""
        return app_id in self._folders and app_id not in self._statuses

    def _is_owned(self, app_id: str) -> bool:
        """Whether the supervisor that runs this app can still be heard."""
        return app_id in self._owners and self._owners[app_id].is_open

    def _reset(self) -> None:
        """Begin without a supervisor: at first, and in a forked child."""
        self._sending = threading.Lock()  # keeps messages whole; taken before ``_news``
        self._news = threading.Condition(threading.Lock())
        self._seen = threading.local()
        self._versions = (0, 0)  # of states, of output
        self._link: _Link | None = None
        self._owners: dict[str, _Link] = {}
        self._answers: dict[str, Refusal | None] = {}
        self._output: defaultdict[str, int] = defaultdict(int)
        self._statuses: dict[str, dict[str, Any]] = getattr(self, "_statuses", {})

    def _forget_parent(self) -> None:
        link = self._link
        self._reset()
        if link:
            link.drop()


class _Process(subprocess.Popen[bytes]):
    """A supervisor; it may outlive this process, which is nothing to warn about."""

    def __del__(self) -> None:
        pass


class _Link:
    """One supervisor process and the socket to it."""

    def __init__(self, client: SupervisorClient) -> None:
        self.is_open = True
        self._client = client
        self._socket, theirs = socket.socketpair()
        try:
            self._process = _Process(
                [sys.executable, *_COMMAND],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._socket.close()
            raise BackendUnavailableError(f"cannot start the supervisor of local tasks: {error}") from error
        finally:
            theirs.close()
        threading.Thread(target=self._read, name="nemo_run-local-supervisor", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; a supervisor that is gone is noticed by the reader."""
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        # A signal must not leave half a message behind, which would spoil the next one.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTIONS)
        try:
            # The supervisor never waits for us, so this ends.
            self._socket.sendall(data, _NO_SIGNAL)
        except OSError:
            pass
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def close(self) -> None:
        """Make the supervisor and the reading thread notice that this is over."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Close the copy a forked child has got, without a sign to the supervisor."""
        self._socket.close()

    def _read(self) -> None:
        try:
            for line in self._lines():
                self._client._on_events(self, json.loads(line))
        finally:
            self.is_open = False
            self._socket.close()
            self._client._on_end()
            self._process.wait()

    def _lines(self) -> Iterator[bytes]:
        rest: list[bytes] = []
        while data := self._receive():
            *lines, last = data.split(b"\n")
            for line in lines:
                yield b"".join([*rest, line])
                rest = []
            rest.append(last)

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(1 << 20)
        except OSError:
            return b""


def _unanswered(
    apps: Sequence[Mapping[str, Any]], answers: Mapping[str, Refusal | None]
) -> list[Mapping[str, Any]]:
    return [app for app in apps if app["app_id"] not in answers]


_clients: weakref.WeakSet[SupervisorClient] = weakref.WeakSet()


def _forget_parents() -> None:
    for client in list(_clients):
        client._forget_parent()


os.register_at_fork(after_in_child=_forget_parents)
