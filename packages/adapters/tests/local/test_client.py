"""The launcher's side: answers, news, and what happens when either end goes away."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nemo_run_adapters.local import client as client_module
from nemo_run_adapters.local import process, records
from nemo_run_adapters.local.client import SupervisorClient
from nemo_run_domain.errors import BackendUnavailableError


def test_a_client_that_starts_nothing_has_no_supervisor():
    client = SupervisorClient()
    assert client.statuses(["x"]) == {}
    client.cancel(["x"], 1.0)
    client.close()


def test_all_tasks_of_a_client_share_one_supervisor(bench):
    apps = [bench.shell("true") for _ in range(3)]
    for app in apps:
        bench.run(app)
    assert len({bench.supervisor(app) for app in apps}) == 1


def test_a_supervisor_that_was_started_ahead_takes_the_first_task(bench, monkeypatch):
    started = []
    link = client_module._Link
    monkeypatch.setattr(client_module, "_Link", lambda client: started.append(client) or link(client))
    bench.client.warm_up()
    bench.client.warm_up()
    bench.run(bench.shell("true"))
    assert started == [bench.client]


def test_starting_ahead_does_not_complain(bench, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/does/not/exist")
        bench.client.warm_up()
    bench.run(bench.shell("true"))


def test_it_needs_one_thread(bench):
    before = threading.active_count()
    apps = [bench.shell("true") for _ in range(50)]
    bench.start(*apps)
    bench.wait(*apps)
    assert threading.active_count() <= before + 1


def test_wait_change_tells_news_once(bench):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done")
    bench.start(app)
    assert bench.client.wait_change(60.0)
    assert not bench.client.wait_change(0.0)
    (bench.folder / "go").touch()
    assert bench.client.wait_change(60.0)


def test_wait_change_tells_every_thread(bench):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done")
    bench.start(app)
    ready, heard = threading.Barrier(4), []

    def listen() -> None:
        bench.client.wait_change(0.0)
        ready.wait()
        heard.append(bench.client.wait_change(60.0))

    threads = [threading.Thread(target=listen) for _ in range(3)]
    for thread in threads:
        thread.start()
    ready.wait()
    (bench.folder / "go").touch()
    for thread in threads:
        thread.join()
    assert heard == [True] * 3


def test_output_is_told_of_apps_that_are_watched(bench):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done; echo x; until [ -e end ]; do sleep 0.01; done")
    bench.start(app)
    bench.client.watch([app["app_id"]])
    (bench.folder / "go").touch()
    assert bench.client.wait_output(app["app_id"], 0, 60.0) == 1
    bench.await_output(app, b"x")
    (bench.folder / "end").touch()
    bench.client.wait_output(app["app_id"], 1, 60.0)
    assert bench.wait(app)[0]["state"] == "SUCCEEDED"


def test_output_can_be_left_out_of_the_news(bench):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done; echo x; exec sleep 60")
    bench.start(app)
    bench.client.watch([app["app_id"]])
    bench.client.wait_change(0.0)
    (bench.folder / "go").touch()
    bench.client.wait_output(app["app_id"], 0, 60.0)
    assert not bench.client.wait_change(0.0, output=False)


def test_a_batch_larger_than_any_buffer(bench):
    apps = [bench.app("/bin/true", env={"PADDING": "x" * 8_000}) for _ in range(1_000)]
    assert bench.start(*apps) == {}
    assert {s["state"] for s in bench.wait(*apps)} == {"SUCCEEDED"}


def test_nothing_to_start_needs_no_supervisor(bench):
    assert bench.start() == {}
    assert bench.client._link is None


def test_an_app_named_twice_runs_once(bench):
    app = bench.shell("echo once; until [ -e go ]; do sleep 0.01; done")
    bench.client.start([app, app], {"PATH": "/bin:/usr/bin"})
    assert bench.start({**app, "app_dir": app["app_dir"] + "-other"})[app["app_id"]].errno == 17
    (bench.folder / "go").touch()
    assert bench.wait(app)[0]["state"] == "SUCCEEDED"
    assert bench.read(app) == b"once\n"


def test_an_app_that_was_refused_may_start_from_another_folder(bench):
    app = bench.app("/no/such")
    assert bench.start(app)
    app.update(argv=["/bin/true"], app_dir=app["app_dir"] + "-again")
    assert bench.run(app)["state"] == "SUCCEEDED"


def test_a_malformed_order_is_refused_and_nothing_else_suffers(bench):
    good, bad = bench.shell("exit 0"), bench.shell("exit 0")
    bad.update(app_dir="relative")
    assert list(bench.start(bad, good)) == [bad["app_id"]]
    assert bench.wait(good)[0]["state"] == "SUCCEEDED"
    del bench.apps[bad["app_id"]]


@pytest.mark.parametrize(
    "line", [b"", b"nonsense", b"[]", b"{}", b'{"op": "fly"}', b'{"op": "start"}', b"\xff", b"[" * 100_000]
)
def test_no_message_ends_the_supervisor(bench, line):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done; exit 4")
    bench.start(app)
    bench.client._link._socket.sendall(line + b"\n")
    (bench.folder / "go").touch()
    assert bench.wait(app)[0]["exit_code"] == 4


def test_a_launcher_that_does_not_listen_loses_nothing(bench, tmp_path):
    """More events than a socket holds, read only after all tasks have ended."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, *client_module._COMMAND]
    supervisor = subprocess.Popen(command, stdin=theirs.fileno(), start_new_session=True)
    theirs.close()
    padding = "x" * 200
    apps = [
        {**bench.app("/bin/true"), "app_id": f"{padding}-{i}", "app_dir": str(tmp_path / f"quiet-{i}")}
        for i in range(600)
    ]
    order = {"op": "start", "environ": {}, "apps": apps}
    ours.sendall(json.dumps(order).encode() + b"\n")
    while not all(Path(app["app_dir"], "status.json").exists() for app in apps):
        os.sched_yield()
    with ours.makefile("rb") as file:
        finals = set()
        while len(finals) < len(apps):
            finals |= {e["app_id"] for e in json.loads(file.readline()) if e["event"] == "final"}
    ours.close()
    assert supervisor.wait(60) == 0


def test_close_leaves_the_tasks_alone(bench, eventually):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done; echo late; exit 5")
    bench.start(app)
    supervisor = bench.record(app)
    bench.client.close()
    assert records.read_status(app["app_dir"])["state"] == "RUNNING"
    (bench.folder / "go").touch()
    status = eventually(lambda: (s := records.read_status(app["app_dir"]))["state"] != "RUNNING" and s)
    assert status["exit_code"] == 5
    assert bench.read(app) == b"late\n"
    eventually(lambda: not process.is_alive(supervisor["supervisor_pid"], None, None))
    assert bench.wait(app)[0]["exit_code"] == 5  # read from the records


LAUNCHER = """
import json, os, sys, time
from nemo_run_adapters.local.client import SupervisorClient
client = SupervisorClient()
refused = client.start(json.loads(sys.argv[1]), os.environ)
print(json.dumps({i: r.message for i, r in refused.items()}), flush=True)
time.sleep(600)
"""


def _launch(*apps):
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, json.dumps(apps)], stdout=subprocess.PIPE)
    assert json.loads(launcher.stdout.readline()) == {}
    return launcher


def _kill(launcher):
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()


def test_a_launcher_that_is_killed_takes_nothing_with_it(bench, eventually):
    apps = [bench.shell(f"until [ -e go ]; do sleep 0.01; done; echo {i}; exit {i}") for i in range(5)]
    launcher = _launch(*apps)
    supervisor = bench.supervisor(apps[0])
    _kill(launcher)
    assert process.is_alive(supervisor, None, None)
    (bench.folder / "go").touch()
    for i, app in enumerate(apps):
        status = eventually(
            lambda d=app["app_dir"]: (s := records.read_status(d))["state"] != "RUNNING" and s
        )
        assert status["exit_code"] == i
        assert bench.read(app) == b"%d\n" % i
    eventually(lambda: not process.is_alive(supervisor, None, None))


def test_an_idle_supervisor_ends_with_its_launcher(bench, eventually):
    app = bench.shell("true")
    launcher = _launch(app)
    eventually(lambda: records.read_status(app["app_dir"])["state"] == "SUCCEEDED")
    assert process.is_alive(bench.supervisor(app), None, None)
    _kill(launcher)
    eventually(lambda: not process.is_alive(bench.supervisor(app), None, None))


def test_a_supervisor_that_was_killed_is_replaced(bench, kill_supervisor):
    first = bench.shell("exec sleep 60")
    bench.start(first)
    kill_supervisor(first)
    second = bench.shell("exit 3")
    assert bench.run(second)["exit_code"] == 3
    assert bench.supervisor(first) != bench.supervisor(second)
    assert bench.client.statuses([first["app_id"]])[first["app_id"]]["state"] == "RUNNING"
    bench.client.cancel([first["app_id"]], 10.0)
    status = bench.wait(first)[0]
    assert (status["state"], status["reason"]) == ("CANCELLED", "cancelled")
    assert process.group_is_empty(bench.record(first)["pgid"])


def test_a_supervisor_that_dies_during_the_start_costs_no_task(bench, eventually):
    apps = [bench.shell("echo x; exec sleep 60") for _ in range(200)]
    answers = []
    starter = threading.Thread(target=lambda: answers.append(bench.start(*apps)))
    starter.start()
    eventually(lambda: Path(apps[20]["app_dir"], "process.json").exists())
    os.kill(bench.supervisor(apps[0]), signal.SIGKILL)
    starter.join()
    assert answers == [{}]
    ids = [app["app_id"] for app in apps]
    assert bench.client.statuses(ids).keys() == set(ids)
    assert bench.supervisor(apps[0]) != bench.supervisor(apps[-1])
    bench.client.cancel(ids, 10.0)
    assert {s["reason"] for s in bench.wait(*apps)} <= {"cancelled", "lost", "start failed"}


def test_the_end_of_a_task_without_supervisor_is_unknown(bench, kill_supervisor):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done")
    bench.start(app)
    kill_supervisor(app)
    (bench.folder / "go").touch()
    status = bench.wait(app)[0]
    assert (status["state"], status["reason"]) == ("FAILED", "lost")


def test_a_supervisor_that_cannot_run_is_an_error(bench, monkeypatch):
    monkeypatch.setattr(client_module, "_COMMAND", ("-c", "pass"))
    app = bench.shell("true")
    with pytest.raises(BackendUnavailableError):
        bench.start(app)
    assert records.read_status(app["app_dir"])["reason"] == "start failed"


def test_a_supervisor_that_does_not_answer_is_an_error(bench, monkeypatch):
    monkeypatch.setattr(client_module, "_COMMAND", ("-c", "import os\nwhile os.read(0, 65536): pass"))
    app = bench.shell("true")
    with pytest.raises(BackendUnavailableError, match="does not answer"):
        bench.client.start([app], {}, timeout=0.05)


def test_what_a_slow_supervisor_was_told_never_starts(bench, eventually):
    bench.run(bench.shell("true"))
    supervisor = bench.supervisor(bench.apps["app-0"])
    late = bench.shell("echo late")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        with pytest.raises(BackendUnavailableError, match="does not answer"):
            bench.client.start([late], {}, timeout=0.05)
    finally:
        os.kill(supervisor, signal.SIGCONT)
    assert bench.run(bench.shell("exit 3"))["exit_code"] == 3  # it has come past the order by now
    assert not bench.folder_of(late).joinpath("stdout.log").exists()
    assert records.read_status(late["app_dir"])["reason"] == "start failed"
    assert bench.start(late)[late["app_id"]].errno == 17


SLOW = """
import os, sys
sys.path.append({source!r})
from nemo_run_adapters.local.supervisor import server
send, begin, count = server.Server._send_events, server.Server._start, [0]
def slow(self):
    if os.path.exists({until!r}): send(self)
def start(self, task):
    begin(self, task) if count[0] < {begins} or os.path.exists({until!r}) else self._queue.append(task)
    count[0] += task.pid is not None
server.Server._send_events, server.Server._start = slow, start
server.serve(0)
"""


def _make_slow(bench, monkeypatch, begins):
    """Let the supervisor begin some tasks, and say so only when told to go on."""
    source, until = str(Path(records.__file__).parents[2]), str(bench.folder / "answer")
    code = SLOW.format(source=source, until=until, begins=begins)
    monkeypatch.setattr(client_module, "_COMMAND", ("-I", "-S", "-c", code))


@pytest.mark.parametrize("script", ["exit 4", "until [ -e answer ]; do sleep 0.01; done; exit 4"])
def test_what_a_slow_supervisor_has_begun_is_accepted(bench, monkeypatch, script):
    _make_slow(bench, monkeypatch, begins=1)
    begun, late = bench.shell(script), bench.shell("echo late")
    refused = bench.client.start([begun, late], dict(os.environ), timeout=1.0)
    assert {i: r.errno for i, r in refused.items()} == {late["app_id"]: errno.ETIMEDOUT}
    (bench.folder / "answer").touch()
    assert bench.wait(begun)[0]["exit_code"] == 4
    assert not bench.folder_of(late).joinpath("stdout.log").exists()


def test_what_a_slow_supervisor_could_not_begin_is_refused(bench, monkeypatch):
    _make_slow(bench, monkeypatch, begins=2)
    good, bad = bench.shell("exit 4"), bench.app("/no/such")
    refused = bench.client.start([good, bad], dict(os.environ), timeout=1.0)
    assert list(refused) == [bad["app_id"]]
    assert "No such file" in refused[bad["app_id"]].message
    (bench.folder / "answer").touch()
    assert bench.wait(good)[0]["exit_code"] == 4


def test_what_began_before_two_supervisors_died_is_accepted(bench, monkeypatch, eventually):
    _make_slow(bench, monkeypatch, begins=1)
    apps = [bench.shell("exec sleep 60") for _ in range(3)]
    answers = []
    starter = threading.Thread(target=lambda: answers.append(bench.start(*apps)))
    starter.start()
    for app in apps[:2]:
        eventually(Path(app["app_dir"], "process.json").exists)
        os.kill(bench.supervisor(app), signal.SIGKILL)
    starter.join()
    assert [{i: r.errno for i, r in a.items()} for a in answers] == [{apps[2]["app_id"]: errno.ETIMEDOUT}]
    ids = [app["app_id"] for app in apps[:2]]
    assert [s["state"] for s in bench.client.statuses(ids).values()] == ["RUNNING"] * 2


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_a_supervisor_of_its_own(bench, eventually):
    ours = bench.shell("until [ -e go ]; do sleep 0.01; done; exit 4")
    theirs = bench.shell("exit 5")
    bench.start(ours)
    child = os.fork()
    if child == 0:
        code = 99
        try:
            seen = bench.client.statuses([ours["app_id"]])[ours["app_id"]]["state"]
            code = bench.run(theirs)["exit_code"] if seen == "RUNNING" else 98
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
    assert bench.supervisor(ours) != bench.supervisor(theirs)
    (bench.folder / "go").touch()
    assert bench.wait(ours)[0]["exit_code"] == 4
    eventually(lambda: not process.is_alive(bench.supervisor(theirs), None, None))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_does_not_keep_the_supervisor_alive(bench, eventually):
    app = bench.shell("true")
    bench.run(app)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
    os.close(reader)
    bench.client.close()
    eventually(lambda: not process.is_alive(bench.supervisor(app), None, None))
    os.close(writer)
    os.waitpid(child, 0)


def test_many_threads_may_start_and_cancel(bench):
    failures = []

    def work(apps) -> None:
        try:
            assert bench.start(*apps) == {}
            bench.client.cancel([apps[0]["app_id"]], 5.0)
            states = [s["state"] for s in bench.wait(*apps)]
            assert states == ["CANCELLED", "SUCCEEDED"]
        except Exception as error:  # noqa: BLE001 - told in the main thread
            failures.append(error)

    pairs = [(bench.shell("exec sleep 60"), bench.shell("true")) for _ in range(16)]
    threads = [threading.Thread(target=work, args=(pair,)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_sigterm_is_enough_for_a_child_that_listens(bench):
    app = bench.shell("echo ready; exec sleep 60")
    bench.start(app)
    bench.await_output(app, b"ready")
    bench.client.cancel([app["app_id"]], 60.0)
    assert bench.wait(app)[0]["signal"] == signal.SIGTERM
