"""Which local job has which folder: one small file per job, readable from any process."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nemo_run_adapters.local.parse import OldApp, parse_old_registry
from nemo_run_adapters.local.request import LocalPlan
from nemo_run_adapters.store.private import NewFile, make_folder, put_files, store_errors
from nemo_run_domain.job import JobState
from nemo_run_domain.names import slug

_FOLDER = ".local_jobs"
_OLD_FILE = ".local_jobs.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where one job is.

    Attributes:
        app_id: Its native id.
        app_dir: Folder with its records and logs.
        roles: Names of its tasks.
        old_state: Last known state of a job of an earlier version; None for ours, whose folder tells.
    """

    app_id: str
    app_dir: str
    roles: tuple[str, ...]
    old_state: JobState | None = None


@dataclass(slots=True)
class LocalRegistry:
    """Knows the folders of jobs by their native ids, and the jobs of each submission token.

    Attributes:
        home: Home folder of nemo_run.
    """

    home: str
    _entries: dict[str, Entry] = field(init=False, default_factory=dict[str, Entry])
    _old: dict[str, OldApp] = field(init=False, default_factory=dict[str, OldApp])
    _old_version: tuple[int, ...] = field(init=False, default=())

    def add(self, plans: Sequence[LocalPlan]) -> None:
        """Note the jobs of plans; call it before they are started, so that none is ever lost.

        Raises:
            StoreError: No space, no permission; names the file.
        """
        tokens = f"{self.home}/{_FOLDER}/tokens"
        with store_errors("make", tokens):
            make_folder(tokens)
        put_files([file for plan in plans for file in self._files(plan)], sync=False)
        for plan in plans:
            for app in plan.apps:
                self._entries[app.app_id] = Entry(app_id=app.app_id, app_dir=app.app_dir, roles=(app.role,))

    def find(self, app_id: str) -> Entry | None:
        """Return where a job is, or None for one that nobody noted."""
        entry = self._entries.get(app_id) or self._read_entry(app_id)
        if entry is None:
            return self._find_old(app_id)
        self._entries[app_id] = entry
        return entry

    def of_token(self, token: str) -> list[Entry]:
        """Return the jobs of a submission, which may not have begun."""
        record = _read_json(self._token_path(token))
        ids = record if isinstance(record, list) else []
        return [
            entry for app_id in ids if isinstance(app_id, str) and (entry := self.find(app_id)) is not None
        ]

    def _files(self, plan: LocalPlan) -> Iterable[NewFile]:
        for app in plan.apps:
            record = {"app_dir": app.app_dir, "role": app.role, "roles": [app.role], "token": plan.token}
            yield NewFile(self._path(app.app_id), json.dumps(record).encode())
        yield NewFile(self._token_path(plan.token), json.dumps(plan.planned).encode())

    def _path(self, app_id: str) -> str:
        return f"{self.home}/{_FOLDER}/{app_id}.json"

    def _token_path(self, token: str) -> str:
        name = hashlib.sha256(token.encode()).hexdigest()[:32]
        return f"{self.home}/{_FOLDER}/tokens/{name}.json"

    def _read_entry(self, app_id: str) -> Entry | None:
        if slug(app_id) != app_id:  # no id of ours, and perhaps no file name
            return None
        record = _read_json(self._path(app_id))
        if not isinstance(record, dict) or not isinstance(record.get("app_dir"), str):
            return None
        roles = record.get("roles")
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            return None
        return Entry(app_id=app_id, app_dir=record["app_dir"], roles=tuple(roles))

    def _find_old(self, app_id: str) -> Entry | None:
        old = self._read_old().get(app_id)
        if old is None:
            return None
        return Entry(app_id=app_id, app_dir=old.app_dir, roles=old.roles, old_state=old.state)

    def _read_old(self) -> dict[str, OldApp]:
        path = f"{self.home}/{_OLD_FILE}"
        try:
            found = os.stat(path)
            version = (found.st_ino, found.st_mtime_ns, found.st_size)
            if version != self._old_version:
                with open(path, "rb") as stream:
                    self._old = parse_old_registry(stream.read())
                self._old_version = version
        except OSError:
            return {}
        return self._old


def _read_json(path: str) -> Any:
    """Return the content of a file, or None for a missing or damaged one."""
    try:
        with open(path, "rb") as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return None
