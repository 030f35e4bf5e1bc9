"""What a home folder has seen before does not make a new experiment slower."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.local.lab import Lab

PAST = 50_000
COUNT = """
import json, os, sys
counted = {"open": 0, "os.listdir": 0, "os.scandir": 0, "os.rename": 0, "os.mkdir": 0}
armed = False
def count(event, args):
    if armed and event in counted and not str(args[0]).endswith((".py", ".pyc")):
        counted[event] += 1
sys.addaudithook(count)
import nemo_run as run
from nemo_run.config import Script
def go(number):
    with run.Experiment("new", id=f"new_{number}") as exp:
        exp.add(run.Script(inline="true"), name="only")
        exp.run()
    assert f"new_{number}" in run.Experiment.catalog("new")
    run.Experiment.catalog()
    run.Experiment.from_id(f"new_{number}").status(return_dict=True)
    run.Experiment.from_title("new").status(return_dict=True)
go(int(sys.argv[1]))  # loads everything
armed = True
go(int(sys.argv[1]) + 1)
armed = False
print("COUNTED", json.dumps(counted))
"""


def counted(text: str) -> dict[str, int]:
    (line,) = [line for line in text.splitlines() if line.startswith("COUNTED ")]
    return json.loads(line.removeprefix("COUNTED "))


def make_past(home: Path) -> None:
    """Put registry entries of past jobs and past runs of the same title into a home folder."""
    registry = home / ".local_jobs"
    record = json.dumps({"app_dir": "/nowhere", "role": "old", "roles": ["old"], "token": "00"})
    for number in range(PAST):
        (registry / f"old-b{number}.json").write_text(record)
    runs = home / "experiments" / "new"
    model = runs / "new_1"
    for number in range(1000):
        past = runs / f"new_0{number}"
        past.mkdir()
        for name in ("_CONFIG", "_TASKS"):
            (past / name).hardlink_to(model / name)


def test_file_operations_do_not_grow_with_the_past(lab: Lab) -> None:
    path = lab.write(COUNT)
    before = counted(lab.run(path, 1))
    make_past(lab.home)
    after = counted(lab.run(path, 5000))
    assert 1 <= before["open"] < 200
    # Rounds of waiting differ a little from run to run.
    assert {name: count for name, count in after.items() if count > before[name] + 20} == {}
