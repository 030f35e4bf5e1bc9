"""What another process learns from a task's folder, and what it can do about the task."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nemo_run_adapters.local import process, records

STUBBORN = """
trap '' TERM
(trap '' TERM; echo child; while :; do sleep 60; done) &
echo ready; while :; do sleep 60; done
"""


def _edit(app, name, **changes):
    path = Path(app["app_dir"], name)
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.fixture
def running(bench):
    app = bench.shell("echo ready; exec sleep 60")
    bench.start(app)
    bench.await_output(app, b"ready")
    return app


def test_an_app_that_was_never_claimed_is_unknown(tmp_path):
    assert records.read_status(str(tmp_path / "none")) is None
    assert records.read_status(str(tmp_path)) is None


def test_a_running_task_is_running(running):
    status = records.read_status(running["app_dir"])
    assert (status["app_id"], status["state"], status["restarts"]) == (running["app_id"], "RUNNING", 0)
    assert status["started_at"] > 0


def test_a_recycled_pid_is_not_believed(running, bench, kill_supervisor):
    kill_supervisor(running)
    assert records.read_status(running["app_dir"])["state"] == "RUNNING"
    record = bench.record(running)
    _edit(running, "process.json", start_ticks=record["start_ticks"] - 1)
    assert records.read_status(running["app_dir"])["reason"] == "lost"
    records.cancel(running["app_dir"], 0.0)
    assert process.is_alive(record["pid"], record["start_ticks"], None), "a stranger was killed"
    os.killpg(record["pid"], signal.SIGKILL)


def test_nothing_survives_a_boot(running, bench):
    claim = bench.record(running, ".claim")
    for name in ("process.json", ".claim"):
        _edit(running, name, boot_id="another")
    status = records.read_status(running["app_dir"])
    assert (status["state"], status["reason"]) == ("FAILED", "lost")
    for name in ("process.json", ".claim"):
        _edit(running, name, boot_id=claim["boot_id"])


def test_a_task_of_another_machine_is_believed(running, bench):
    claim = bench.record(running, ".claim")
    for name in ("process.json", ".claim"):
        _edit(running, name, boot_id="another", host="elsewhere")
    for status in (records.read_status(running["app_dir"]), records.cancel(running["app_dir"], 0.0)):
        assert status["state"] == "RUNNING"
        assert "elsewhere" in status["message"]
    for name in ("process.json", ".claim"):
        _edit(running, name, boot_id=claim["boot_id"], host=claim["host"])


def test_a_supervisor_that_died_before_the_start(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    claim = {"pid": dead.pid, "start_ticks": 1, "started_at": 1.0, "boot_id": process.fetch_boot_id()}
    (tmp_path / ".claim").write_text(json.dumps({**claim, "host": os.uname().nodename}))
    status = records.read_status(str(tmp_path))
    assert (status["state"], status["reason"]) == ("FAILED", "start failed")


DAMAGED = [
    "",
    "{",
    "[]",
    "{}",
    '{"a": 1}',
    "null",
    "\0" * 40,
    "[" * 100_000,
    '{"pid": -1, "pgid": 7}',
    '{"state": [], "pid": "x"}',
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
@pytest.mark.parametrize("name", [".claim", "status.json"])
def test_a_damaged_record_is_named_and_a_cancel_goes_on(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    status = records.read_status(str(tmp_path))
    assert status["state"] == "UNKNOWN"
    assert str(tmp_path / name) in status["message"]
    assert records.cancel(str(tmp_path), 0.0)["state"] == "CANCELLED"
    assert records.read_status(str(tmp_path))["state"] == "CANCELLED"


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_process_record_matters_once_nobody_watches(bench, kill_supervisor, eventually, content):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done")
    bench.start(app)
    path = Path(app["app_dir"], "process.json")
    whole = path.read_text()
    path.write_text(content)
    assert records.read_status(app["app_dir"])["state"] == "RUNNING"
    path.write_text(whole)
    kill_supervisor(app)
    path.write_text(content)
    assert str(path) in records.read_status(app["app_dir"])["message"]
    ids = [app["app_id"]]
    eventually(lambda: bench.client.statuses(ids)[app["app_id"]]["state"] == "UNKNOWN")
    path.write_text(whole)
    assert bench.client.statuses(ids)[app["app_id"]]["state"] == "RUNNING"


@pytest.mark.parametrize(
    "changes", [{"start_ticks": None}, {"start_ticks": 1}, {"pid": 1, "pgid": 1}, {"pid": 0}, {"pid": -1}, {}]
)
def test_a_group_that_is_not_surely_ours_is_not_killed(running, bench, kill_supervisor, changes):
    stranger = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    kill_supervisor(running)
    record = bench.record(running)
    _edit(
        running,
        "process.json",
        **{"pgid": stranger.pid, **changes, **({} if "pid" in changes else {"pid": stranger.pid})},
    )
    if not changes:
        _edit(running, "process.json", pid=record["pid"])
    records.cancel(running["app_dir"], 0.0)
    assert stranger.poll() is None
    assert process.is_alive(record["pid"], record["start_ticks"], None)
    os.killpg(record["pid"], signal.SIGKILL)
    stranger.kill()
    stranger.wait()


def test_a_claim_is_never_seen_half(tmp_path):
    """Whoever looks while many claim sees no claim or a whole one."""
    seen, over = [], threading.Event()

    def look() -> None:
        while not over.is_set():
            for number in range(200):
                status = records.read_status(str(tmp_path / str(number)))
                seen.append(status and status["state"])

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in range(200):
        assert records.abandon(str(tmp_path / str(number)))
    over.set()
    watcher.join()
    assert set(seen) <= {None, "CANCELLED"}
    assert {path.name for path in tmp_path.glob("*/*")} | {".claim"} == {".claim", "status.json"}


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_claim_needs_no_hard_links(tmp_path, monkeypatch, code):
    def refuse(*_: str) -> None:
        raise OSError(code, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert records.abandon(str(tmp_path))
    assert not records.abandon(str(tmp_path))


def test_all_new_folders_belong_to_the_owner_only(bench):
    app = bench.shell("true")
    app["app_dir"] = str(bench.folder / "a" / "b" / "app")
    bench.run(app)
    assert records.abandon(str(bench.folder / "c" / "d" / "app"))
    for path in ("a", "a/b", "a/b/app/main", "c", "c/d", "c/d/app"):
        assert (bench.folder / path).stat().st_mode & 0o777 == 0o700, path


def test_an_abandoned_app_never_starts(bench):
    app = bench.shell("echo no")
    assert records.abandon(app["app_dir"])
    assert not records.abandon(app["app_dir"])
    assert records.read_status(app["app_dir"])["state"] == "CANCELLED"
    assert bench.start(app)[app["app_id"]].errno == 17
    assert not bench.folder_of(app).joinpath("stdout.log").exists()


def test_a_started_app_cannot_be_abandoned(running):
    assert not records.abandon(running["app_dir"])
    assert records.read_status(running["app_dir"])["state"] == "RUNNING"


def test_of_many_only_one_claims(tmp_path):
    results, ready = [], threading.Barrier(8)

    def claim() -> None:
        ready.wait()
        results.append(records.abandon(str(tmp_path / "app")))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]


CANCEL = """
import json, sys
from nemo_run_adapters.local import records
print(json.dumps(records.cancel(sys.argv[1], float(sys.argv[2]))))
"""


def _cancel_elsewhere(app, grace):
    command = [sys.executable, "-c", CANCEL, app["app_dir"], str(grace)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("retries", [0, 3])
def test_another_process_cancels(bench, retries):
    app = bench.shell(STUBBORN, retries=retries)
    bench.start(app)
    bench.await_output(app, b"child")
    status = _cancel_elsewhere(app, 0.05)
    assert (status["state"], status["reason"], status["restarts"]) == ("CANCELLED", "cancelled", 0)
    assert process.group_is_empty(bench.record(app)["pgid"])
    assert bench.wait(app) == [status]


def test_another_process_cancels_what_has_no_supervisor(bench, kill_supervisor):
    app = bench.shell(STUBBORN)
    bench.start(app)
    bench.await_output(app, b"child")
    kill_supervisor(app)
    assert _cancel_elsewhere(app, 0.05)["state"] == "CANCELLED"
    assert process.group_is_empty(bench.record(app)["pgid"])
    assert bench.record(app, "SUCCESS")["final_state"] == "CANCELLED"


def test_leftovers_of_a_lost_task_are_cancelled_too(bench, kill_supervisor, eventually):
    app = bench.shell("sleep 60 & echo $!; until [ -e go ]; do sleep 0.01; done")
    bench.start(app)
    bench.await_output(app, b"\n")
    kill_supervisor(app)
    (bench.folder / "go").touch()
    record = bench.record(app)
    eventually(lambda: not process.is_alive(record["pid"], record["start_ticks"], None))
    assert records.read_status(app["app_dir"])["reason"] == "lost"
    assert not process.group_is_empty(record["pgid"])
    assert records.cancel(app["app_dir"], 10.0)["state"] == "CANCELLED"
    assert process.group_is_empty(record["pgid"])


def test_what_has_ended_stays_as_it_ended(bench, kill_supervisor):
    app = bench.shell("exit 3")
    status = bench.run(app)
    assert records.cancel(app["app_dir"], 0.0) == status
    lost = bench.shell("until [ -e go ]; do sleep 0.01; done")
    bench.start(lost)
    kill_supervisor(lost)
    (bench.folder / "go").touch()
    bench.wait(lost)
    assert records.cancel(lost["app_dir"], 0.0)["reason"] == "lost"


def test_a_cancel_before_the_start_prevents_it(bench):
    app = bench.shell("echo no")
    assert records.cancel(app["app_dir"], 0.0)["state"] == "CANCELLED"
    assert bench.start(app)[app["app_id"]].errno == 17


def test_a_mark_before_the_start_prevents_it(bench):
    app = bench.shell("echo no")
    Path(app["app_dir"]).mkdir()
    Path(app["app_dir"], "cancel").touch()
    assert bench.start(app) == {}
    status = bench.wait(app)[0]
    assert (status["state"], status["started_at"]) == ("CANCELLED", None)


def test_a_cancel_reaches_an_app_that_waits_for_its_start(bench):
    apps = [bench.shell("exec sleep 60") for _ in range(100)]
    answers = {}
    starter = threading.Thread(target=lambda: answers.update(bench.start(*apps)))
    starter.start()
    last = apps[-1]
    status = records.cancel(last["app_dir"], 5.0)
    starter.join()
    assert status["state"] == "CANCELLED"


def test_many_are_cancelled_together(bench):
    apps = [bench.shell(STUBBORN) for _ in range(20)]
    bench.start(*apps)
    for app in apps:
        bench.await_output(app, b"child")
    statuses = records.cancel_all([app["app_dir"] for app in apps], 0.2)
    assert {s["state"] for s in statuses.values()} == {"CANCELLED"}


def test_without_proc_ps_is_asked(bench, monkeypatch):
    app = bench.shell("exec sleep 60")
    bench.start(app)
    record = bench.record(app)
    monkeypatch.setattr(process, "_HAS_PROC", False)
    if not Path("/bin/ps").exists():
        pytest.skip("needs ps")
    assert process.is_alive(record["pid"], None, record["started_at"])
    assert not process.is_alive(record["pid"], None, record["started_at"] - 100)
    assert not process.is_alive(2**22 - 3, None, None)
    assert record["pgid"] in process.fetch_live_groups()
    assert process.StartClock().read() is None
