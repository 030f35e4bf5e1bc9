"""Functions that only the launching program has, run again by another one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nemo_run as run

PROGRAM = """
import sys
import nemo_run as run
from beside import imported

offset = 40

def own(x):
    return offset + x

with run.Experiment("travel", executor=run.LocalExecutor(), clean_mode=True) as exp:
    exp.add(run.Partial(own, x=2), name="own")
    exp.add(run.Partial(imported, x=2), name="imported")
    exp.add(run.Partial(lambda: 7), name="lambda")
    exp.add([run.Partial(own, x=1), run.Partial(lambda: 8)], name="group")
    exp.add(run.Script(inline="exit 1"), name="fails")
    exp.run()
print(exp.id)
"""


def launched(folder: Path) -> str:
    (folder / "beside.py").write_text("def imported(x):\n    return 100 + x\n")
    (folder / "program.py").write_text(PROGRAM)
    return nemo_run([sys.executable, str(folder / "program.py")], cwd="/").split()[-1]


def nemo_run(argv: list[str], cwd: str) -> str:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_another_program_runs_them_again(tmp_path: Path) -> None:
    exp_id = launched(tmp_path)
    fresh = run.Experiment.from_id(exp_id).reset()
    with fresh:
        fresh.run()
    outcomes = fresh.results()
    assert outcomes["own"].value == 42
    assert outcomes["imported"].value == 102
    assert outcomes["lambda"].value == 7
    assert outcomes["group"].succeeded


def test_resuming_twice_is_no_harm(tmp_path: Path) -> None:
    exp_id = launched(tmp_path)
    before = Path(run.Experiment.from_id(exp_id)._exp_dir, "_TASKS").read_bytes()
    for _ in range(2):
        run.Experiment.resume(exp_id)
        # What a launcher killed before its end would leave: new files beside the old list of tasks.
        Path(run.Experiment.from_id(exp_id)._exp_dir, "_TASKS").write_bytes(before)
    assert [task.__class__.__name__ for task in run.Experiment.from_id(exp_id).tasks[:2]] == ["Partial"] * 2
    run.Experiment.from_id(exp_id).export(tmp_path / "exported")
    first = str(tmp_path / "exported" / "own" / "own.sh")
    assert subprocess.run(["bash", first], env={**os.environ}, check=False).returncode == 0
