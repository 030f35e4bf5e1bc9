"""Real tasks under a real supervisor, and the end of both after each test."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nemo_run_adapters.local import process, records
from nemo_run_adapters.local.client import Refusal, SupervisorClient

DEADLINE = 60.0


def eventually(what: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """Return the first truthy answer; fail when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < end, "this never happened"
        time.sleep(0.002)
    return answer


class Bench:
    """Apps in a temporary folder, started through a client of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = SupervisorClient()
        self.apps: dict[str, dict[str, Any]] = {}

    def app(self, *argv: str, **more: Any) -> dict[str, Any]:
        app_id = f"app-{len(self.apps)}"
        base = {"app_id": app_id, "app_dir": str(self.folder / app_id), "role": "main"}
        app = {**base, "argv": list(argv), "cwd": str(self.folder), **more}
        self.apps[app_id] = app
        return app

    def shell(self, script: str, **more: Any) -> dict[str, Any]:
        return self.app("/bin/sh", "-c", script, **more)

    def python(self, code: str, **more: Any) -> dict[str, Any]:
        return self.app(sys.executable, "-S", "-c", code, **more)

    def start(self, *apps: dict[str, Any], environ: dict[str, str] | None = None) -> dict[str, Refusal]:
        return self.client.start(apps, dict(os.environ) if environ is None else environ)

    def wait(self, *apps: dict[str, Any]) -> list[dict[str, Any]]:
        ids = [app["app_id"] for app in apps]
        end = time.monotonic() + DEADLINE
        while True:
            statuses = self.client.statuses(ids)
            if len(statuses) == len(ids) and all(s["state"] != "RUNNING" for s in statuses.values()):
                return [statuses[i] for i in ids]
            assert time.monotonic() < end, statuses
            self.client.wait_change(1.0)

    def run(self, app: dict[str, Any], environ: dict[str, str] | None = None) -> dict[str, Any]:
        assert self.start(app, environ=environ) == {}
        return self.wait(app)[0]

    def folder_of(self, app: dict[str, Any]) -> Path:
        return Path(app["app_dir"]) / app["role"] / "0"

    def read(self, app: dict[str, Any], name: str = "stdout.log") -> bytes:
        return (self.folder_of(app) / name).read_bytes()

    def await_output(self, app: dict[str, Any], text: bytes, name: str = "combined.log") -> None:
        eventually(lambda: (self.folder_of(app) / name).exists() and text in self.read(app, name))

    def record(self, app: dict[str, Any], name: str = "process.json") -> dict[str, Any]:
        return json.loads((Path(app["app_dir"]) / name).read_text())

    def supervisor(self, app: dict[str, Any]) -> int:
        return self.record(app)["supervisor_pid"]

    def end(self) -> None:
        folders = [app["app_dir"] for app in self.apps.values()]
        supervisors = {self._claimer(d) for d in folders} - {None}
        self.client.kill(self.apps)
        records.cancel_all([d for d in folders if os.path.exists(f"{d}/.claim")], 0.0)
        self.client.close()
        for pid, ticks in supervisors:
            eventually(lambda pid=pid, ticks=ticks: not process.is_alive(pid, ticks, None))

    def _claimer(self, app_dir: str) -> tuple[int, int] | None:
        with suppress(OSError, ValueError, KeyError):
            claim = json.loads(Path(app_dir, ".claim").read_text())
            return claim["pid"], claim["start_ticks"]
        return None


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.end()


@pytest.fixture(name="eventually")
def _eventually() -> Callable[..., Any]:
    return eventually


@pytest.fixture
def kill_supervisor(bench: Bench) -> Callable[[dict[str, Any]], None]:
    """End the supervisor of an app the hard way."""

    def kill(app: dict[str, Any]) -> None:
        record = bench.record(app)
        os.kill(record["supervisor_pid"], signal.SIGKILL)
        ticks = record["supervisor_start_ticks"]
        eventually(lambda: not process.is_alive(record["supervisor_pid"], ticks, None))

    return kill
