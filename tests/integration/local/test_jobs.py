"""Retries, groups, equal names, executors of their own, launchers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.integration.local.lab import Lab, eventually

RETRIES = """
text = "echo try >> $0; test $(wc -l < $0) -ge 3"
def script(name):
    return run.Script(path="-c", args=[text, name], entrypoint="sh")
with run.Experiment("again", id="again_1") as exp:
    exp.add(script("enough"), executor=run.LocalExecutor(retries=2), name="enough")
    exp.add(script("few"), executor=run.LocalExecutor(retries=1), name="few")
    exp.add(script("none"), name="none")
    exp.run()
counts = {name: len(open(name).readlines()) for name in ("enough", "few", "none")}
answer = {"states": states(exp), "counts": counts}
"""
GROUPS = """
def sh(text):
    return run.Script(path="-c", args=[text], entrypoint="sh")
with run.Experiment("groups", id="groups_1") as exp:
    exp.add([sh("sleep 600"), sh("sleep 600 & exit 0")], name="won")
    exp.add([sh("sleep 600"), sh("exit 5")], name="lost")
    exp.add([sh("true"), sh("true")], name="both")
    exp.run()
rows = run.Experiment.from_id("groups_1").status(return_dict=True)
answer = {name: [row["status"].name, row["exit_code"]] for name, row in rows.items()}
"""
NAMES = """
with run.Experiment("names", id="names_1") as exp:
    ids = [exp.add(run.Script(inline=f"echo {n} >> ran; echo said {n}"), name="same") for n in (1, 2)]
    exp.run()
import contextlib, io
def log(name):
    with contextlib.redirect_stderr(io.StringIO()) as out:
        exp.logs(name)
    return out.getvalue()
answer = {"ids": ids, "states": states(exp), "logs": [log(name) for name in ids]}
"""
EXECUTORS = """
with run.Experiment("each", id="each_1", executor=run.LocalExecutor(env_vars={"WHO": "default"})) as exp:
    text = "echo $WHO > who.$0"
    for name, executor in {"mine": run.LocalExecutor(env_vars={"WHO": "own"}), "theirs": None}.items():
        exp.add(run.Script(path="-c", args=[text, name], entrypoint="sh"), executor=executor, name=name)
    both = f"{text}; while [ ! -e who.member0 ] || [ ! -e who.member1 ]; do sleep 0.02; done"
    exp.add(
        [run.Script(path="-c", args=[both, f"member{n}"], entrypoint="sh") for n in (0, 1)],
        executor=[run.LocalExecutor(env_vars={"WHO": f"m{n}"}) for n in (0, 1)],
        name="group",
    )
    exp.run()
answer = {name[4:]: open(name).read().strip() for name in os.listdir(".") if name.startswith("who.")}
"""
TORCHRUN = """
with run.Experiment("torch", id="torch_1") as exp:
    executor = run.LocalExecutor(ntasks_per_node=2, launcher="torchrun", env_vars=given["env"])
    train = run.Script(path="train.py", args=["--lr", "a b"], entrypoint="python")
    exp.add(train, executor=executor, name="t")
    exp.run()
answer = states(exp)
"""
PRETEND = """#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word"; done > argv
"""


def test_retries(lab: Lab) -> None:
    assert lab.ask(RETRIES) == {
        "states": {"enough": "SUCCEEDED", "few": "FAILED", "none": "FAILED"},
        "counts": {"enough": 3, "few": 2, "none": 1},
    }


def test_the_first_to_end_ends_its_group(lab: Lab) -> None:
    found = lab.ask(GROUPS)
    assert {name: state for name, (state, _) in found.items()} == {
        "won": "SUCCEEDED",
        "lost": "FAILED",
        "both": "SUCCEEDED",
    }
    assert found["lost"][1] == 5
    eventually(lambda: not lab.processes())


def test_two_jobs_of_one_name_share_a_folder_and_nothing_else(lab: Lab) -> None:
    found = lab.ask(NAMES)
    assert found["ids"][0] == "same"
    assert len(set(found["ids"])) == 2
    assert found["states"] == dict.fromkeys(found["ids"], "SUCCEEDED")
    assert sorted((lab.folder / "ran").read_text().split()) == ["1", "2"]
    for number, text in enumerate(found["logs"], 1):
        assert f"said {number}" in text
        assert text.count("said") == 1


def test_executors_of_their_own(lab: Lab) -> None:
    assert lab.ask(EXECUTORS) == {"mine": "own", "theirs": "default", "member0": "m0", "member1": "m1"}


def test_torchrun_is_found_on_the_path_of_the_task(lab: Lab) -> None:
    folder = lab.folder / "bin"
    folder.mkdir()
    program = folder / "torchrun"
    program.write_text(PRETEND)
    program.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    assert lab.ask(TORCHRUN, env={"PATH": path}) == {"t": "SUCCEEDED"}
    argv = (lab.folder / "argv").read_text().split("\0")[:-1]
    assert argv[-3:] == ["train.py", "--lr", "a b"]
    joined = " ".join(argv)
    assert "--nproc-per-node 2" in joined
    assert "--nnodes 1" in joined


def overlay() -> Path | None:
    """Return the folder with a CPU build of torch, see ``tools/cpu_torch.py``."""
    root = Path(__file__).parents[3]
    return next((path for path in (root / ".tools").glob("torch-*") if (path / "torch").is_dir()), None)


@pytest.mark.torch
@pytest.mark.skipif(overlay() is None, reason="torch is not installed")
def test_the_real_torchrun(lab: Lab) -> None:
    folder = overlay()
    lab.write("import os\nopen('rank.' + os.environ['RANK'], 'w').close()\n", "train.py")
    env = {"PYTHONPATH": str(folder), "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    assert lab.ask(TORCHRUN, env=env) == {"t": "SUCCEEDED"}
    assert sorted(path.name for path in lab.folder.glob("rank.*")) == ["rank.0", "rank.1"]


def test_the_journal_is_a_json_object_a_line(lab: Lab) -> None:
    lab.ask(NAMES)
    journal = (lab.experiment_dir("names_1") / "_JOURNAL").read_text().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in journal)
