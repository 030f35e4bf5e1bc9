"""Commands on jobs that run, from another process than the one that launched them."""

import os
import signal

import pytest


@pytest.fixture
def held(desk):
    """Id of an experiment whose job goes on until it is let go, and what lets it go."""
    gate = desk.gate()
    title = gate.name
    job = f"run.Script(inline='echo started; read word < {gate}; echo $word'), name='held'"
    return desk.launch(title, [job], "detach=True"), gate


def test_follow_ends_with_the_job_and_loses_nothing(desk, held):
    experiment_id, gate = held
    follower = desk.start("logs", experiment_id, "-f")
    assert follower.stdout.readline() == "held/0 started\n"
    gate.write_text("done\n")
    done = desk.finish(follower)
    assert (done.code, done.out, done.err) == (0, "held/0 done\n", "")


def test_wait_gives_up_in_time(desk, held):
    done = desk.nemorun("wait", held[0], "--timeout", "0", "--json")
    assert done.code == 124
    assert done.data["held"]["status"] in ("SUBMITTED", "RUNNING")
    (complaint,) = done.err.splitlines()
    assert "held" in complaint


def test_wait_returns_when_all_have_succeeded(desk, held):
    experiment_id, gate = held
    waiter = desk.start("wait", experiment_id, "--json")
    gate.write_text("done\n")
    done = desk.finish(waiter)
    assert (done.code, done.err, done.data["held"]["status"]) == (0, "", "SUCCEEDED")


@pytest.fixture
def chain(desk):
    """Launch three jobs in a row from a process that nobody waits for; returns their title.

    The first waits for its gate, the second and third take a moment, and each begins only because the
    launcher sees the one before it end.
    """

    def launch(last):
        gate = desk.gate()
        title = f"row_{gate.name}"
        begun = gate.with_name(f"{gate.name}_begun")
        os.mkfifo(begun)
        jobs = [
            f"run.Script(inline='echo > {begun}; read word < {gate}'), name='first'",
            "run.Script(inline='sleep 0.2'), name='second', dependencies=['first']",
            f"run.Script(inline='sleep 0.2; {last}'), name='third', dependencies=['second']",
        ]
        desk.begin(desk.script(title, jobs), start_new_session=True)
        desk.await_gate(begun)
        return title, gate

    return launch


@pytest.mark.parametrize(("last", "code", "state"), [("true", 0, "SUCCEEDED"), ("exit 5", 1, "FAILED")])
def test_wait_for_a_chain_that_another_process_launches(desk, chain, last, code, state):
    title, gate = chain(last)
    hasty = desk.start("wait", title, "--timeout", "0.3", "--json")
    waiters = [desk.start("wait", title, "--json") for _ in range(4)]
    reader = desk.start("logs", title, "third", "-f")
    assert desk.finish(hasty).code == 124
    gate.write_text("go\n")
    waiters += [desk.start("wait", title, "--json") for _ in range(4)]
    for waiter in waiters:
        done = desk.finish(waiter)
        states = [row["status"] for row in done.data.values()]
        assert (done.code, done.err, states) == (code, "", ["SUCCEEDED", "SUCCEEDED", state])
    done = desk.finish(reader)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_wait_for_a_chain_whose_launcher_dies(desk, chain):
    title, gate = chain("true")
    waiters = [desk.start("wait", title, "--json") for _ in range(3)]
    launcher = next(process for process in desk.processes if process.args[-1].endswith(f"{title}.py"))
    launcher.kill()
    launcher.wait()
    gate.write_text("go\n")
    for waiter in waiters:
        done = desk.finish(waiter)
        states = [row["status"] for row in done.data.values()]
        assert (done.code, done.err, states) == (1, "", ["SUCCEEDED", "UNSUBMITTED", "UNSUBMITTED"])


@pytest.mark.parametrize("options", [(), ("held", "--json")], ids=str)
def test_cancel_ends_a_job_of_another_process(desk, held, options):
    done = desk.nemorun("cancel", held[0], *options)
    assert (done.code, done.err) == (0, "")
    assert "held" in done.out
    after = desk.nemorun("wait", held[0], "--json")
    assert (after.code, after.data["held"]["status"]) == (1, "CANCELLED")


def test_cancel_tells_of_the_jobs_that_go_on(desk):
    jobs = [f"run.Script(inline='exec sleep 1000'), name='job{number}'" for number in range(3)]
    desk.launch("several", jobs, "detach=True")
    done = desk.nemorun("cancel", "several")
    assert (done.code, done.err) == (0, "")
    assert "2 other jobs go on (job1, job2); --all cancels them, too" in done.out
    assert "1 other job goes on (job2)" in desk.nemorun("cancel", "several", "job1").out
    assert "--all cancels" not in desk.nemorun("cancel", "several", "--all").out


def test_cancel_takes_the_direct_dependencies_along(desk):
    gate = desk.gate()
    jobs = [
        f"run.Script(inline='echo > {gate}; exec sleep 1000'), name='root'",
        "run.Script(inline='echo other; exec sleep 1000'), name='other'",
        "run.Script(inline='echo leaf'), name='leaf', dependencies=['root']",
    ]
    launcher = desk.begin(desk.script("chain", jobs))
    desk.await_gate(gate)
    done = desk.nemorun("cancel", "chain", "leaf", "-d", "--json")
    assert done.data["cancelled"] == ["root", "leaf"]
    assert desk.nemorun("cancel", "chain", "1").code == 0
    assert desk.finish(launcher).code == 0
    after = desk.nemorun("status", "chain", "--json").data
    assert [row["status"] for row in after.values()] == ["CANCELLED"] * 3


def test_ctrl_c_ends_following_and_leaves_the_job(desk, held):
    follower = desk.start("logs", held[0], "-f")
    follower.stdout.readline()
    assert desk.nemorun("logs", held[0]).out == "held/0 started\n"
    follower.send_signal(signal.SIGINT)
    done = desk.finish(follower)
    assert (done.code, done.out, done.err) == (130, "", "")
    assert desk.nemorun("status", held[0], "--json").data["held"]["status"] == "RUNNING"


def test_a_reader_who_leaves_is_no_error(desk):
    experiment_id = desk.launch("long", ["run.Script(inline='seq 1 100000'), name='long'"])
    reader = desk.start("logs", experiment_id)
    assert reader.stdout.readline() == "long/0 1\n"
    reader.stdout.close()
    assert reader.stderr.read() == ""
    assert reader.wait(timeout=60) == 141


def test_resume_runs_again_only_what_did_not_succeed(desk):
    flag = desk.folder / "flag"
    jobs = [
        "run.Script(inline='echo once'), name='fine'",
        f"run.Script(inline='test -e {flag}'), name='flaky'",
    ]
    experiment_id = desk.launch("flaky", jobs)
    assert desk.nemorun("wait", experiment_id).code == 1
    again = desk.nemorun("resume", experiment_id, "--json")
    assert (again.code, again.data["flaky"]["status"]) == (1, "FAILED")
    flag.touch()
    done = desk.nemorun("resume", experiment_id)
    assert (done.code, done.err) == (0, "")
    assert "job fine is left alone" in done.out
    assert desk.nemorun("wait", experiment_id).code == 0


def test_another_folder_than_the_home_folder(desk):
    base = str(desk.folder / "elsewhere")
    experiment_id = desk.launch("away", ["run.Script(inline='echo far'), name='far'"], base_dir=base)
    assert desk.nemorun("status", experiment_id).code == 1
    assert desk.nemorun("list", "away", "--json", "--base-dir", base).data == [experiment_id]
    assert desk.nemorun("logs", "away", "--base-dir", base).out == "far/0 far\n"
