"""Jobs go on without their launcher and answer to any process; cancelling from threads."""

from __future__ import annotations

import os
from typing import Any

from tests.integration.local.lab import Lab, eventually

GATED = "echo first; while [ ! -e gate ]; do sleep 0.05; done; echo last; exit 7"
DETACH = f"""
import nemo_run as run
with run.Experiment("away", id="away_1") as exp:
    exp.add(run.Script(inline={GATED!r}), name="gated")
    exp.add(run.Script(inline="echo quick"), name="quick")
    exp.run(detach=True)
"""
LOOK = """
import contextlib, io
exp = run.Experiment.from_id("away_1")
eventually(lambda: states(exp)["quick"] == "SUCCEEDED")
def log(name):
    with contextlib.redirect_stderr(io.StringIO()) as out:
        exp.logs(name)
    return out.getvalue()
eventually(lambda: "first" in log("gated"))
answer = {"states": states(exp), "logs": [log("gated"), log("quick")]}
try:
    exp.wait(timeout=0.1)
except exceptions.WaitTimeoutError as error:
    answer["timeout"] = str(error)
"""
FOLLOW = """
import nemo_run as run
run.Experiment.from_id("away_1").logs("gated", follow=True)
"""
OUTCOME = """
exp = run.Experiment.from_id("away_1")
answer = {"waited": {name: state.name for name, state in exp.wait(30).items()}}
answer["codes"] = {name: outcome.exit_code for name, outcome in exp.results().items()}
answer["tail"] = list(exp.results()["gated"].log_tail)
"""


def test_detached_jobs_answer_to_other_processes(lab: Lab) -> None:
    lab.run(lab.write(DETACH))
    looked = lab.ask(LOOK)
    assert looked["states"] == {"gated": "RUNNING", "quick": "SUCCEEDED"}
    assert "last" not in looked["logs"][0]
    assert "quick" in looked["logs"][1]
    assert "gated" in looked["timeout"]
    follower = lab.start(lab.write(FOLLOW, "follow.py"))
    eventually(lambda: follower.shows("first"))
    (lab.folder / "gate").touch()
    assert follower.wait() == 0, follower.text
    assert follower.text.count("last") == 1
    assert lab.ask(OUTCOME) == {
        "waited": {"gated": "FAILED", "quick": "SUCCEEDED"},
        "codes": {"gated": 7, "quick": 0},
        "tail": ["first", "last"],
    }


def test_another_process_cancels(lab: Lab) -> None:
    lab.run(lab.write(DETACH))
    answer = lab.ask("""
exp = run.Experiment.from_id("away_1")
exp.cancel()
answer = {name: state.name for name, state in exp.wait(30).items()}
""")
    assert answer["gated"] == "CANCELLED"
    eventually(lambda: not lab.processes())


def cancel_while_waiting(lab: Lab, cancelled: str) -> dict[str, Any]:
    return lab.ask(
        """
import threading
with run.Experiment("threads", id="threads_1") as exp:
    for name, after in {"first": [], "second": ["first"], "third": ["second"], "free": []}.items():
        text = f"echo {name} >> ran; while [ ! -e gate ]; do sleep 0.05; done"
        exp.add(run.Script(inline=text), name=name, dependencies=after)
    def cancel():
        try:
            eventually(lambda: os.path.exists("ran") and len(open("ran").readlines()) == 2)
            exp.cancel(given["job"])
        finally:
            open("gate", "w").close()
    thread = threading.Thread(target=cancel)
    thread.start()
    exp.run()
    thread.join()
rows = run.Experiment.from_id("threads_1").status(return_dict=True)
answer = {name: [row["status"].name, row["reason"]] for name, row in rows.items()}
""",
        job=cancelled,
    )


def test_a_thread_cancels_a_job_that_waits_for_others(lab: Lab) -> None:
    assert cancel_while_waiting(lab, "second") == {
        "first": ["SUCCEEDED", ""],
        "second": ["CANCELLED", "cancelled"],
        "third": ["CANCELLED", "skipped"],
        "free": ["SUCCEEDED", ""],
    }
    assert sorted((lab.folder / "ran").read_text().split()) == ["first", "free"]


def test_a_thread_cancels_a_running_job(lab: Lab) -> None:
    found = cancel_while_waiting(lab, "first")
    assert found["first"] == ["CANCELLED", "cancelled"]
    assert found["second"] == found["third"] == ["CANCELLED", "skipped"]
    assert found["free"] == ["SUCCEEDED", ""]
    assert not os.path.exists(lab.folder / "lock")


def test_a_running_experiment_is_not_resumed(lab: Lab) -> None:
    running = lab.start(
        lab.write("""
import nemo_run as run
text = "echo $NAME >> ran; while [ ! -e gate ]; do sleep 0.05; done"
with run.Experiment("busy", id="busy_1") as exp:
    exp.add(run.Script(inline=text, env={"NAME": "one"}), name="one")
    exp.add(run.Script(inline=text, env={"NAME": "two"}), name="two", dependencies=["one"])
    exp.run()
""")
    )
    eventually(lambda: (lab.folder / "ran").exists())
    answer = lab.ask("""
try:
    run.Experiment.resume("busy_1")
except exceptions.UsageError as error:
    answer = str(error)
""")
    assert "busy_1 is being run by another program" in answer
    (lab.folder / "gate").touch()
    assert running.wait() == 0, running.text
    assert sorted((lab.folder / "ran").read_text().split()) == ["one", "two"]
    assert lab.ask('answer = states(run.Experiment.resume("busy_1"))') == {
        "one": "SUCCEEDED",
        "two": "SUCCEEDED",
    }


def test_following_ends_when_nobody_knows_the_job_any_more(lab: Lab) -> None:
    lab.run(lab.write(DETACH))
    (lab.folder / "gate").touch()
    eventually(lambda: not lab.processes())
    for path in (lab.home / ".local_jobs").glob("*.json"):
        path.unlink()
    follower = lab.start(lab.write(FOLLOW, "follow.py"))
    assert follower.wait() == 0, follower.text


def test_another_process_cancels_what_was_not_launched_yet(lab: Lab) -> None:
    running = lab.start(
        lab.write("""
import nemo_run as run
text = "echo $NAME >> ran; while [ ! -e gate ]; do sleep 0.05; done"
with run.Experiment("busy", id="busy_1") as exp:
    exp.add(run.Script(inline=text, env={"NAME": "one"}), name="one")
    for name, after in {"two": "one", "three": "two"}.items():
        script = run.Script(inline=text, env={"NAME": name})
        exp.add(script, name=name, dependencies=[after], dependency_type="afterany")
    exp.run()
""")
    )
    eventually(lambda: (lab.folder / "ran").exists())
    lab.ask('answer = run.Experiment.from_id("busy_1").cancel("two")')
    (lab.folder / "gate").touch()
    assert running.wait() == 0, running.text
    assert (lab.folder / "ran").read_text().split() == ["one", "three"]
    answer = lab.ask("""
exp = run.Experiment.from_id("busy_1")
answer = [states(exp), states(run.Experiment.resume("busy_1"))]
""")
    assert answer == [
        {"one": "SUCCEEDED", "two": "CANCELLED", "three": "SUCCEEDED"},
        {"one": "SUCCEEDED", "two": "SUCCEEDED", "three": "SUCCEEDED"},
    ]
