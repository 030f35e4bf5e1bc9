"""Fifty launchers share a home folder, and a reader never sees half a file."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.integration.local.lab import Lab, eventually

LAUNCHERS = 50
LAUNCH = """
import sys
import nemo_run as run
with run.Experiment(sys.argv[1]) as exp:
    for name in ("one", "two"):
        exp.add(run.Script(inline=f"echo {name}"), name=name)
    exp.run()
print("ID", exp.id)
"""
READ = """
import os, time
import nemo_run as run
from nemo_run.exceptions import ExperimentNotFoundError, NemoRunError
seen, rounds, bad = {}, 0, []
while not os.path.exists("over"):
    rounds += 1
    for title in run.Experiment.catalog():
        for name in run.Experiment.catalog(title)[-3:]:
            if seen.get(name) == "done":
                continue
            try:
                rows = run.Experiment.from_id(name).status(return_dict=True)
            except NemoRunError as error:
                # An experiment whose folder is being written is told to be so, by a file it does not have.
                if not (isinstance(error, ExperimentNotFoundError) or "is missing" in str(error)):
                    bad.append(f"{type(error).__name__}: {error}")
                continue
            except Exception as error:
                bad.append(f"{type(error).__name__}: {error}")
                continue
            states = {row["status"].name for row in rows.values()}
            if [*rows] != ["one", "two"] or states & {"FAILED", "CANCELLED"}:
                bad.append(f"{name}: {rows}")
            seen[name] = "done" if states == {"SUCCEEDED"} else "open"
import json
json.dump({"rounds": rounds, "bad": bad, "seen": len(seen)}, open("reader.json", "w"))
"""
READABLE = """
answer = {}
for title in run.Experiment.catalog():
    for name in run.Experiment.catalog(title):
        answer[name] = states(run.Experiment.from_id(name))
"""


def test_fifty_launchers_and_a_reader(lab: Lab) -> None:
    reader = lab.start(lab.write(READ, "reader.py"))
    path = lab.write(LAUNCH)
    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(lambda n: lab.run(path, f"title{n % 12}"), range(LAUNCHERS)))
    (lab.folder / "over").touch()
    assert reader.wait() == 0, reader.text
    ids = [line.split()[1] for text in texts for line in text.splitlines() if line.startswith("ID ")]
    assert len(set(ids)) == LAUNCHERS
    seen = json.loads((lab.folder / "reader.json").read_text())
    assert not seen["bad"]
    assert seen["rounds"] > 1
    assert seen["seen"] > 1
    assert lab.ask(READABLE) == {name: dict.fromkeys(("one", "two"), "SUCCEEDED") for name in ids}


SAME_MOMENT = """
import os, sys, time
import nemo_run as run
while not os.path.exists("go"):
    time.sleep(0.001)
with run.Experiment("same") as exp:
    exp.add(run.Script(inline="true"), name="only")
    exp.run()
print("ID", exp.id)
"""


def test_launchers_of_one_moment_and_title(lab: Lab) -> None:
    path = lab.write(SAME_MOMENT)
    started = [lab.start(path) for _ in range(6)]
    (lab.folder / "go").touch()
    for running in started:
        assert running.wait() == 0, running.text
    ids = {line.split()[1] for r in started for line in r.text.splitlines() if line.startswith("ID ")}
    assert len(ids) == 6
    eventually(lambda: len(lab.ids()) == 6)
