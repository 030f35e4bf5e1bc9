"""One task under the supervisor: how it starts, what it prints, how it ends."""

import errno
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nemo_run_adapters.local import client, process, records

# A task that does not mind SIGTERM, with a child that does not either.
STUBBORN = """
trap '' TERM
(trap '' TERM; echo child; while :; do sleep 60 & wait $!; done) &
echo ready; while :; do sleep 60 & wait $!; done
"""


@pytest.mark.parametrize(
    ("script", "state", "exit_code", "number", "reason"),
    [
        ("exit 0", "SUCCEEDED", 0, None, None),
        ("exit 1", "FAILED", 1, None, "error"),
        ("exit 255", "FAILED", 255, None, "error"),
        ("kill -KILL $$", "FAILED", None, signal.SIGKILL, "killed"),
        ("kill -SEGV $$", "FAILED", None, signal.SIGSEGV, "killed"),
        ("kill -TERM $$", "FAILED", None, signal.SIGTERM, "killed"),
    ],
)
def test_the_end_of_a_task_is_told(bench, script, state, exit_code, number, reason):
    app = bench.shell(script)
    status = bench.run(app)
    assert (status["state"], status["exit_code"], status["signal"]) == (state, exit_code, number)
    assert status["reason"] == reason
    assert status["started_at"] <= status["ended_at"]
    assert status == bench.record(app, "status.json") == records.read_status(app["app_dir"])


def test_the_summary_is_what_torchx_writes(bench):
    app = bench.shell("exit 3")
    bench.run(app)
    folder = str(bench.folder_of(app))
    summary = bench.record(app, "SUCCESS")
    assert summary.pop("last_updated") > 0
    assert summary == {
        "app_id": app["app_id"],
        "log_dir": app["app_dir"],
        "final_state": "FAILED",
        "roles": {
            "main": [
                {
                    "replica_id": 0,
                    "pid": bench.record(app)["pid"],
                    "exitcode": 3,
                    "stdout": f"{folder}/stdout.log",
                    "stderr": f"{folder}/stderr.log",
                    "error_file": f"{folder}/error.json",
                }
            ]
        },
    }


def test_a_signal_is_a_negative_exit_code_in_the_summary(bench):
    app = bench.shell("kill -KILL $$")
    bench.run(app)
    assert bench.record(app, "SUCCESS")["roles"]["main"][0]["exitcode"] == -9


def test_everything_belongs_to_the_owner_only(bench):
    app = bench.shell("echo x")
    bench.run(app)
    for path in [Path(app["app_dir"]), *Path(app["app_dir"]).rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_end_is_not_told_before_the_output_is_complete(bench):
    apps = [bench.shell(f"echo out {i}; echo err {i} >&2") for i in range(40)]
    bench.start(*apps)
    for i, app in enumerate(apps):
        bench.wait(app)
        assert bench.read(app) == f"out {i}\n".encode()
        assert bench.read(app, "stderr.log") == f"err {i}\n".encode()
        assert sorted(bench.read(app, "combined.log").splitlines()) == [
            f"err {i}".encode(),
            f"out {i}".encode(),
        ]


def test_bytes_are_kept_as_they_are(bench):
    app = bench.python("import os; os.write(1, bytes(range(256)) * 3)")
    bench.run(app)
    assert bench.read(app) == bench.read(app, "combined.log") == bytes(range(256)) * 3


def test_a_line_of_a_megabyte_without_an_end(bench):
    app = bench.python("import os,sys; sys.stdout.write('x' * 1_000_000)")
    bench.run(app)
    assert bench.read(app) == b"x" * 1_000_000


def test_two_hundred_thousand_lines(bench):
    app = bench.python("for i in range(200_000): print('line', i)")
    bench.run(app)
    expected = b"".join(b"line %d\n" % i for i in range(200_000))
    assert bench.read(app) == expected
    assert bench.read(app, "combined.log") == expected


def test_a_stream_never_continues_the_line_of_the_other(bench):
    app = bench.shell("printf half; exec 1>&2; until [ -e go ]; do sleep 0.01; done; printf other; echo")
    bench.start(app)
    bench.await_output(app, b"half")
    (bench.folder / "go").touch()
    bench.wait(app)
    assert bench.read(app, "combined.log") == b"half\nother\n"
    assert bench.read(app) == b"half"
    assert bench.read(app, "stderr.log") == b"other\n"


def test_a_task_has_nothing_but_three_descriptors_of_the_supervisor(bench):
    apps = [bench.shell("sleep 60"), bench.app("/bin/ls", "-l", "/proc/self/fd")]
    bench.start(*apps)
    bench.wait(apps[1])
    lines = [line.split() for line in bench.read(apps[1]).decode().splitlines()[1:]]
    links = {int(line[8]): line[10] for line in lines}
    assert links.pop(0) == "/dev/null"
    assert links.pop(1).startswith("pipe:")
    assert links.pop(2).startswith("pipe:")
    assert all("/proc/" in target for target in links.values()), links


def test_a_task_has_a_session_and_default_signals_of_its_own(bench):
    code = (
        "import os,signal; print(os.getsid(0) == os.getpid() == os.getpgrp());"
        "print(open('/proc/self/status').read())"
    )
    app = bench.python(code)
    bench.run(app)
    lines = bench.read(app).decode().splitlines()
    assert lines[0] == "True"
    masks = dict(line.split(":\t") for line in lines if line.startswith("Sig"))
    assert int(masks["SigBlk"], 16) == 0
    # Python itself ignores SIGPIPE and SIGXFSZ; 32 and 33 belong to the C library.
    ignored = {n for n in range(1, 32) if int(masks["SigIgn"], 16) >> (n - 1) & 1}
    assert ignored <= {signal.SIGPIPE, signal.SIGXFSZ}


def test_a_task_has_the_limits_and_the_umask_of_the_launcher(bench):
    app = bench.shell("ulimit -Sn; umask")
    bench.run(app)
    expected = subprocess.run(["/bin/sh", "-c", "ulimit -Sn; umask"], capture_output=True, check=True)
    assert bench.read(app) == expected.stdout


def test_many_tasks_under_a_low_limit_of_open_files(bench):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, limits[1]))
    try:
        apps = [bench.shell("ulimit -Sn; until [ -e go ]; do sleep 0.1; done") for _ in range(60)]
        assert bench.start(*apps) == {}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert len(os.listdir(f"/proc/{bench.supervisor(apps[0])}/fd")) > 128
    (bench.folder / "go").touch()
    assert {s["state"] for s in bench.wait(*apps)} == {"SUCCEEDED"}
    assert {bench.read(app) for app in apps} == {b"128\n"}


def test_the_start_ticks_are_those_of_the_system(bench):
    apps = [bench.shell("sleep 60") for _ in range(30)]
    bench.start(*apps)
    for app in apps:
        record = bench.record(app)
        assert record["start_ticks"] == process.fetch_start_ticks(record["pid"])


def _limit_files(monkeypatch, number):
    """Let supervisors have no more descriptors than this, whatever they try."""
    code = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]),) * 2);"
        "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
    )
    monkeypatch.setattr(client, "_COMMAND", ("-I", "-S", "-c", code, str(number), *client._COMMAND))


def test_tasks_wait_for_descriptors_until_others_end(bench, monkeypatch, eventually):
    _limit_files(monkeypatch, 64)
    apps = [bench.shell("echo begun; until [ -e go ]; do sleep 0.05; done; echo x") for _ in range(30)]
    assert bench.start(*apps) == {}
    begun = [app for app in apps if Path(app["app_dir"], "process.json").exists()]
    assert 1 < len(begun) < 20
    states = {bench.client.statuses([app["app_id"]])[app["app_id"]]["state"] for app in apps}
    assert states == {records.read_status(apps[-1]["app_dir"])["state"]} == {"RUNNING"}
    cancelled, marked = apps[-1], apps[-2]
    bench.client.cancel([cancelled["app_id"]], 1.0)
    assert records.cancel(marked["app_dir"], 1.0)["state"] == "CANCELLED"
    assert bench.wait(cancelled)[0]["message"] == "cancelled before it started"
    (bench.folder / "go").touch()
    statuses = bench.wait(*apps[:-2])
    assert {s["state"] for s in statuses} == {"SUCCEEDED"}
    assert all(s["started_at"] for s in statuses)
    assert {bench.read(app) for app in apps[:-2]} == {b"begun\nx\n"}


def test_a_retry_waits_for_descriptors_too(bench, monkeypatch, eventually):
    _limit_files(monkeypatch, 64)
    retried = bench.shell(
        '[ "$NEMORUN_ATTEMPT" = 1 ] || { until [ -e fail ]; do sleep 0.01; done; exit 3; }', retries=1
    )
    others = [bench.shell("until [ -e go ]; do sleep 0.05; done") for _ in range(30)]
    assert bench.start(retried, *others) == {}
    (bench.folder / "fail").touch()
    eventually(bench.folder_of(retried).joinpath("attempt_0").exists)
    (bench.folder / "go").touch()
    assert {s["state"] for s in bench.wait(retried, *others)} == {"SUCCEEDED"}
    assert bench.wait(retried)[0]["restarts"] == 1


def test_a_task_that_nothing_could_make_room_for_is_refused(bench, monkeypatch):
    _limit_files(monkeypatch, 16)
    group = [bench.shell("until [ -e go ]; do sleep 0.05; done", group="g") for _ in range(9)]
    refused = bench.start(*group)
    assert refused
    assert all("nothing else runs" in r.message for r in refused.values())
    assert {r.errno for r in refused.values()} == {errno.EMFILE}


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_TEXT, max_size=4), _TEXT, _TEXT)
def test_arguments_and_variables_arrive_exactly(bench, args, value, overlaid):
    code = "import sys,os; print(ascii((sys.argv[1:], os.environ['A'], os.environ['B'])))"
    app = bench.app(sys.executable, "-S", "-X", "utf8", "-c", code, *args, env={"B": overlaid})
    assert bench.run(app, {"A": value, "B": "base", "PATH": "/bin"})["state"] == "SUCCEEDED"
    assert bench.read(app).decode().strip() == ascii((args, value, overlaid))


def test_bytes_that_are_not_utf8_arrive_as_arguments(bench):
    app = bench.app("/bin/echo", os.fsdecode(b"\xff\xfe"))
    bench.run(app)
    assert bench.read(app) == b"\xff\xfe\n"


def test_a_program_is_looked_up_on_the_path_of_the_task(bench):
    for name in ("base", "own"):
        (bench.folder / name).mkdir()
        program = bench.folder / name / "tool"
        program.write_text(f"#!/bin/sh\necho {name}\n")
        program.chmod(0o755)
    environ = {"PATH": str(bench.folder / "base")}
    plain, overlaid = bench.app("tool"), bench.app("tool", env={"PATH": str(bench.folder / "own")})
    bench.start(plain, overlaid, environ=environ)
    bench.wait(plain, overlaid)
    assert (bench.read(plain), bench.read(overlaid)) == (b"base\n", b"own\n")


def test_the_working_directory_is_not_searched(bench):
    program = bench.folder / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    named, relative = bench.app("tool"), bench.app("./tool")
    refused = bench.start(named, relative, environ={"PATH": ":/bin"})
    assert list(refused) == [named["app_id"]]
    assert bench.wait(relative)[0]["state"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"argv": ["no-such-program"]}, "No such file"),
        ({"argv": ["/no/such/program"]}, "No such file"),
        ({"argv": ["/etc/passwd"]}, "Permission denied"),
        ({"argv": ["a\0b"]}, "No such file"),
        ({"argv": ["/bin/true", "a\0b"]}, "null"),
        ({"cwd": "/no/such/folder"}, "/no/such/folder"),
        ({"env": {"A=B": "x"}}, "environment"),
        ({"env": {"A": 1}}, "int"),
        ({"argv": ["/bin/true", 1]}, "int"),
    ],
)
def test_what_cannot_start_is_refused_and_recorded(bench, change, error):
    app = bench.app("/bin/true", **{k: v for k, v in change.items() if k == "env"})
    app.update(change)
    refusal = bench.start(app)[app["app_id"]]
    assert error in refusal.message
    status = records.read_status(app["app_dir"])
    assert (status["state"], status["reason"]) == ("FAILED", "start failed")


def test_an_app_runs_once_whatever_happens(bench):
    app = bench.shell("echo once")
    bench.run(app)
    refusal = bench.start(app)[app["app_id"]]
    assert refusal.errno == 17
    assert bench.read(app) == b"once\n"
    assert records.read_status(app["app_dir"])["state"] == "SUCCEEDED"


def test_cancel_ends_the_whole_tree(bench):
    app = bench.shell(STUBBORN)
    bench.start(app)
    bench.await_output(app, b"ready")
    bench.await_output(app, b"child")
    bench.client.cancel([app["app_id"]], 0.05)
    status = bench.wait(app)[0]
    assert (status["state"], status["reason"]) == ("CANCELLED", "cancelled")
    assert process.group_is_empty(bench.record(app)["pgid"])


def test_a_task_that_ends_in_peace_after_a_cancel_is_cancelled(bench):
    app = bench.shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done")
    bench.start(app)
    bench.await_output(app, b"ready")
    bench.client.cancel([app["app_id"]], 60.0)
    status = bench.wait(app)[0]
    assert (status["state"], status["exit_code"]) == ("CANCELLED", 0)
    assert bench.read(app) == b"ready\nbye\n"


def test_kill_does_not_wait(bench):
    app = bench.shell(STUBBORN)
    bench.start(app)
    bench.await_output(app, b"ready")
    bench.client.kill([app["app_id"]])
    status = bench.wait(app)[0]
    assert (status["state"], status["signal"]) == ("CANCELLED", signal.SIGKILL)


def test_what_a_task_leaves_behind_is_ended_before_its_end_is_told(bench):
    app = bench.shell(f"({STUBBORN}) & until [ -e go ]; do sleep 0.01; done; exit 4", grace=0.05)
    bench.start(app)
    bench.await_output(app, b"child")
    (bench.folder / "go").touch()
    status = bench.wait(app)[0]
    assert (status["state"], status["exit_code"]) == ("FAILED", 4)
    assert process.group_is_empty(bench.record(app)["pgid"])


def test_a_process_that_left_the_group_does_not_hold_up_the_end(bench):
    app = bench.shell("setsid sh -c 'echo $$; exec sleep 60' & until [ -e go ]; do sleep 0.01; done")
    bench.start(app)
    bench.await_output(app, b"\n")
    (bench.folder / "go").touch()
    assert bench.wait(app)[0]["state"] == "SUCCEEDED"
    os.kill(int(bench.read(app)), signal.SIGKILL)


def test_the_first_member_to_end_ends_its_group(bench):
    first = bench.shell("until [ -e go ]; do sleep 0.01; done; exit 0", group="g")
    others = [bench.shell("echo ready; exec sleep 60", group="g") for _ in range(2)]
    stranger = bench.shell("exec sleep 60", group="h")
    bench.start(first, *others, stranger)
    (bench.folder / "go").touch()
    statuses = bench.wait(first, *others)
    assert [s["state"] for s in statuses] == ["SUCCEEDED", "CANCELLED", "CANCELLED"]
    assert [s["reason"] for s in statuses] == [None, "group ended", "group ended"]
    assert records.read_status(stranger["app_dir"])["state"] == "RUNNING"


def test_a_member_that_cannot_start_ends_its_group(bench):
    members = [bench.shell("sleep 60", group="g"), bench.app("/no/such", group="g")]
    members.append(bench.shell("sleep 60", group="g"))
    assert list(bench.start(*members)) == [members[1]["app_id"]]
    before, after = bench.wait(members[0], members[2])
    assert before["reason"] == after["reason"] == "group ended"
    assert after["started_at"] is None


RETRY = (
    'echo "try $NEMORUN_ATTEMPT of $TORCHX_MAX_RETRIES"; echo bad >&2; [ "$NEMORUN_ATTEMPT" = 2 ] || exit 3'
)


def test_a_failed_task_is_tried_again(bench):
    app = bench.shell(RETRY, retries=5)
    status = bench.run(app)
    assert (status["state"], status["restarts"]) == ("SUCCEEDED", 2)
    assert bench.read(app) == b"try 2 of 5\n"
    assert bench.read(app, "attempt_0/stdout.log") == b"try 0 of 5\n"
    assert bench.read(app, "attempt_1/stderr.log") == b"bad\n"
    notes = [line for line in bench.read(app, "combined.log").splitlines() if b"[nemo_run]" in line]
    assert notes == [
        b"[nemo_run] attempt 1 of 6 failed with exit code 3; starting again",
        b"[nemo_run] attempt 2 of 6 failed with exit code 3; starting again",
    ]


def test_what_an_attempt_left_behind_is_not_taken_for_the_work_of_the_next(bench):
    app = bench.shell(
        'cd "$DIR"; [ "$NEMORUN_ATTEMPT" = 1 ] && exit 3; echo a > error.json; echo b > result.json; exit 2'
    )
    app.update(retries=1, env={"DIR": str(bench.folder_of(app))})
    assert bench.run(app)["exit_code"] == 3
    assert not {path.name for path in bench.folder_of(app).iterdir()} & {"error.json", "result.json"}
    assert (bench.read(app, "attempt_0/error.json"), bench.read(app, "attempt_0/result.json")) == (
        b"a\n",
        b"b\n",
    )


def test_retries_come_to_an_end(bench):
    app = bench.shell("exit 7", retries=2)
    status = bench.run(app)
    assert (status["state"], status["exit_code"], status["restarts"]) == ("FAILED", 7, 2)


def test_a_cancelled_task_is_not_tried_again(bench):
    app = bench.shell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done", retries=9)
    bench.start(app)
    bench.await_output(app, b"ready")
    bench.client.cancel([app["app_id"]], 60.0)
    status = bench.wait(app)[0]
    assert (status["state"], status["restarts"]) == ("CANCELLED", 0)


def test_a_group_lives_through_the_retries_of_its_members(bench):
    retried = bench.shell(RETRY, retries=2, group="g")
    other = bench.shell("exec sleep 60", group="g")
    bench.start(retried, other)
    statuses = bench.wait(retried, other)
    assert [s["state"] for s in statuses] == ["SUCCEEDED", "CANCELLED"]


def test_three_hundred_tasks_side_by_side(bench):
    apps = [bench.shell("until [ -e go ]; do sleep 0.2; done; echo done") for _ in range(300)]
    assert bench.start(*apps) == {}
    supervisor = bench.supervisor(apps[0])
    assert len(os.listdir(f"/proc/{supervisor}/task")) == 1
    (bench.folder / "go").touch()
    assert {s["state"] for s in bench.wait(*apps)} == {"SUCCEEDED"}
    assert all(bench.read(app) == b"done\n" for app in apps)
    assert len(os.listdir(f"/proc/{supervisor}/fd")) < 20


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_costs_output_but_not_the_task(bench):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done; echo lost; exit 5")
    folder = bench.folder_of(app)
    folder.mkdir(parents=True, mode=0o700)
    for name in ("stdout.log", "combined.log"):
        (folder / name).symlink_to("/dev/full")
    bench.start(app)
    (bench.folder / "go").touch()
    status = bench.wait(app)[0]
    assert status["exit_code"] == 5
    assert "No space left" in status["message"]


def test_sigterm_to_the_supervisor_cancels_everything(bench, eventually):
    apps = [bench.shell("echo ready; exec sleep 60") for _ in range(3)]
    bench.start(*apps)
    supervisor = bench.supervisor(apps[0])
    os.kill(supervisor, signal.SIGTERM)
    assert {s["state"] for s in bench.wait(*apps)} == {"CANCELLED"}
    eventually(lambda: not process.is_alive(supervisor, None, None))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_of_the_terminal_does_not_reach_it(bench, number):
    app = bench.shell("until [ -e go ]; do sleep 0.01; done; exit 6")
    bench.start(app)
    os.kill(bench.supervisor(app), number)
    (bench.folder / "go").touch()
    assert bench.wait(app)[0]["exit_code"] == 6


def test_it_loads_few_modules():
    code = (
        "import sys; sys.path.append(sys.argv[1]);"
        "import nemo_run_adapters.local.supervisor.server; print(*sorted(sys.modules))"
    )
    source = Path(records.__file__).parents[2]
    command = [sys.executable, "-I", "-S", "-c", code, str(source)]
    modules = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    slow = {"typing", "subprocess", "socket", "logging", "pathlib", "dataclasses", "threading", "ctypes"}
    assert not modules & slow
    own = {m for m in modules if m.startswith("nemo_run")}
    assert all(m in ("nemo_run_adapters", "nemo_run_adapters.local") or ".local." in m for m in own)


def test_records_of_one_task_are_json_objects(bench):
    app = bench.shell("exit 0", final_file_extra={"note": "mine"})
    bench.run(app)
    assert bench.record(app, "SUCCESS")["note"] == "mine"
    assert json.loads(Path(app["app_dir"], ".claim").read_text())["pid"] == bench.supervisor(app)
