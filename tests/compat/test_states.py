"""States are TorchX's, where TorchX is loaded, and equal to them everywhere else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from torchx.specs.api import AppState

import nemo_run as run
from nemo_run._translate import app_state
from nemo_run.run.experiment import Experiment

PROGRAM = """
import sys
import nemo_run as run
with run.Experiment("t", executor=run.MemoryExecutor()) as exp:
    exp.add(run.Script(inline="true"), name="a")
    exp.run()
state = exp.status(return_dict=True)["a"]["status"]
assert "torchx" not in sys.modules
print(type(state).__name__, f"{state}", str(state), repr(state), int(state))
"""


@pytest.mark.parametrize("state", list(run.JobState))
def test_every_state_has_its_twin(state: run.JobState) -> None:
    twin = AppState[state.name]
    assert app_state(state) is twin
    assert state == twin
    assert hash(state) == hash(twin)
    assert state in [twin]
    assert state in {twin}
    assert (str(state), f"{state}", f"{state:>12}", repr(state)) == (
        str(twin),
        f"{twin}",
        f"{twin!s:>12}",
        repr(twin),
    )
    assert json.dumps({"s": state}) == json.dumps({"s": twin})


def test_there_are_no_others() -> None:
    assert [state.name for state in AppState] == [state.name for state in run.JobState]


def test_public_values_are_members_of_theirs(home: object) -> None:
    with Experiment("t", executor=run.MemoryExecutor()) as exp:
        exp.add(run.Script(inline="true"), name="a")
        exp.add([run.Script(inline="true")] * 2, name="g")
        exp.run()
        assert exp.wait() == {"a": AppState.SUCCEEDED, "g": AppState.SUCCEEDED}
    found = exp.status(return_dict=True)
    assert found is not None
    assert [row["status"] for row in found.values()] == [AppState.SUCCEEDED] * 2
    assert all(isinstance(row["status"], AppState) for row in found.values())
    assert all(isinstance(state, AppState) for state in exp.wait().values())
    assert [job.state for job in exp.jobs] == [AppState.SUCCEEDED] * 2
    assert exp.jobs[1].states == [AppState.SUCCEEDED] * 2


def test_it_is_not_loaded_for_that(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "JobState SUCCEEDED SUCCEEDED SUCCEEDED (4) 4"
