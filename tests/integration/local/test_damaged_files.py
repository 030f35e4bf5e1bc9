"""Torn, empty, missing and foreign metadata: recovered from the journal, or an error that names the file."""

from __future__ import annotations

import base64
import json
import os
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest
from tests.integration.local.lab import Lab, eventually

LAUNCH = """
import nemo_run as run
with run.Experiment("meta", id="meta_1") as exp:
    exp.add(run.Script(inline="echo hello; exit 3"), name="ended")
    exp.add(run.Script(inline="echo begun; while [ ! -e gate ]; do sleep 0.05; done"), name="goes_on")
    exp.run(detach=True)
"""
PROBE = """
import contextlib, io
def probe(name):
    exp = run.Experiment.from_id(name)
    found = exp.status(return_dict=True)
    with contextlib.redirect_stderr(io.StringIO()) as out:
        exp.logs("ended")
    return {
        "states": {job: [row["status"].name, row["exit_code"]] for job, row in found.items()},
        "logs": out.getvalue(),
    }
answer = {}
for name in given["ids"]:
    try:
        answer[name] = probe(name)
    except exceptions.NemoRunError as error:
        answer[name] = {"error": type(error).__name__, "text": str(error)}
"""
CANCEL = """
exp = run.Experiment.from_id(given["id"])
exp.cancel("goes_on")
eventually(lambda: states(exp)["goes_on"] == "CANCELLED")
answer = states(run.Experiment.from_id(given["id"]))
"""
KNOWN = {"ended": ["FAILED", 3], "goes_on": ["RUNNING", None]}
NAMES = ("_CONFIG", "_TASKS", "_EXTRA", "_JOURNAL", "_TUNNELS")
PARTS = (0.0, 0.3, 0.6, 0.97)


@pytest.fixture
def meta_lab(lab: Lab) -> Lab:
    lab.run(lab.write(LAUNCH))
    return lab


def damaged(lab: Lab, number: int, name: str, part: float | None) -> str:
    """Return the id of a copy of the experiment with one file cut to a part of it, or deleted."""
    experiment_id = f"meta_{number}"
    copy = lab.experiment_dir(experiment_id)
    shutil.copytree(lab.experiment_dir("meta_1"), copy)
    path = copy / name
    if part is None:
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * part)])
    return experiment_id


def test_one_damaged_file_costs_no_job(meta_lab: Lab) -> None:
    cases = [(name, part) for name in NAMES for part in (*PARTS, None)]
    ids = {damaged(meta_lab, number, *case): case for number, case in enumerate(cases, 2)}
    answers = meta_lab.ask(PROBE, ids=list(ids))
    assert meta_lab.ask(CANCEL, id="meta_1") == {"ended": "FAILED", "goes_on": "CANCELLED"}
    for experiment_id, (name, part) in ids.items():
        answer = answers[experiment_id]
        assert "error" not in answer, (name, part, answer)
        if name != "_JOURNAL" or part == 0.97:
            assert answer["states"] == KNOWN, (name, part, answer)
            assert "hello" in answer["logs"], (name, part)
        else:  # without their handles jobs are never shown as something they are not
            assert set(answer["states"]) == set(KNOWN), (name, part)


@pytest.mark.parametrize("names", [("_CONFIG",), ("_TASKS",), ("_CONFIG", "_TASKS")], ids="+".join)
def test_jobs_of_damaged_experiments_can_be_cancelled(meta_lab: Lab, names: tuple[str, ...]) -> None:
    for name in names:
        (meta_lab.experiment_dir("meta_1") / name).write_bytes(b"gAAA")
    assert meta_lab.ask(CANCEL, id="meta_1") == {"ended": "FAILED", "goes_on": "CANCELLED"}
    eventually(lambda: not meta_lab.processes())


@pytest.mark.parametrize("name", ["_CONFIG", "_TASKS"])
def test_without_the_journal_the_error_names_the_file(meta_lab: Lab, name: str) -> None:
    (meta_lab.folder / "gate").touch()
    ids = [damaged(meta_lab, number, name, part) for number, part in enumerate((*PARTS, None), 2)]
    for experiment_id in ids:
        (meta_lab.experiment_dir(experiment_id) / "_JOURNAL").unlink()
    for experiment_id, answer in meta_lab.ask(PROBE, ids=ids).items():
        assert answer["error"].endswith("Error"), answer
        assert str(meta_lab.experiment_dir(experiment_id) / name) in answer["text"]


def plant_call(path: Path, victim: Path) -> None:
    """Make a saved file name ``os.system``, in the form in which the reference saves a call."""
    content = path.read_text()
    texts = json.loads(content) if path.name == "_TASKS" else [[content]]
    document = json.loads(zlib.decompress(base64.urlsafe_b64decode(texts[0][0])))
    for made in document["objects"].values():
        for key, value in made["items"]:
            if "fn_or_cls" in key:
                value.update(module="os", name="system")
            elif isinstance(value, dict) and value.get("type") == "leaf":
                value["value"] = f"touch {victim}"
    evil = base64.urlsafe_b64encode(zlib.compress(json.dumps(document).encode())).decode()
    texts[0][0] = evil
    path.write_text(json.dumps(texts) if path.name == "_TASKS" else evil)


@pytest.mark.parametrize("name", ["_CONFIG", "_TASKS"])
def test_a_planted_call_is_refused(meta_lab: Lab, name: str) -> None:
    (meta_lab.folder / "gate").touch()
    plant_call(meta_lab.experiment_dir("meta_1") / name, meta_lab.folder / "victim")
    answer = meta_lab.ask(PROBE, ids=["meta_1"])["meta_1"]
    assert answer["error"] == "UntrustedFileError"
    assert name in answer["text"]
    assert not (meta_lab.folder / "victim").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("name", ["_CONFIG", "_TASKS", "_JOURNAL", "_EXTRA"])
def test_a_file_of_somebody_else_is_refused(meta_lab: Lab, name: str) -> None:
    (meta_lab.folder / "gate").touch()
    path = meta_lab.experiment_dir("meta_1") / name
    os.chown(path, 12345, 12345)
    answer: dict[str, Any] = meta_lab.ask(PROBE, ids=["meta_1"])["meta_1"]
    assert answer["error"] == "UntrustedFileError"
    assert str(path) in answer["text"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads what root owns, whoever may write to it")
@pytest.mark.parametrize("name", ["_CONFIG", "_TASKS", "_JOURNAL", "_EXTRA"])
def test_a_file_that_others_may_write_is_refused(meta_lab: Lab, name: str) -> None:
    (meta_lab.folder / "gate").touch()
    path = meta_lab.experiment_dir("meta_1") / name
    path.chmod(0o666)
    answer: dict[str, Any] = meta_lab.ask(PROBE, ids=["meta_1"])["meta_1"]
    assert answer["error"] == "UntrustedFileError"
    assert "chmod go-w" in answer["text"]
