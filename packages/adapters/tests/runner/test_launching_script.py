"""Tasks whose functions are defined in the launching script."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nemo_run_adapters.codec.wire import pack

Runner = Callable[..., Any]

LAUNCHER = """
import sys
import cloudpickle
import fiddle as fdl
from pathlib import Path
from nemo_run_adapters.codec import encode_by_value
from nemo_run_adapters.codec.by_value import dump_by_value

COUNT = []

class Net:
    def __init__(self, width): self.width = width

def add(x):
    COUNT.append(x)
    return len(COUNT)

def task(net, function, main, parse_args=None):
    print(net.width, function(1), add(2), COUNT, main())

def main():
    import pickle
    return type(pickle.loads(pickle.dumps(Net(1)))) is Net

def sys_like(): pass

factor = 3
text, table = encode_by_value(
    fdl.Partial(task, net=fdl.Config(Net, 5), function=lambda x: add(x) * factor, main=main)
)
folder = Path(sys.argv[1])
(folder / "x_fn_or_script").write_text(text)
(folder / "x_by_value").write_bytes(dump_by_value(table))
"""

SCRIPT = """
import os
def task(word="hi"): print(word, __name__, os.environ["NEMORUN_TASK_PROCESS"])
print("executed")
"""


def pyref(module: str, name: str) -> str:
    return f'{{"type": "pyref", "module": "{module}", "name": "{name}"}}'


def task_text(name: str) -> str:
    """A Partial of a function in the launching script, as the reference writes it."""
    about = pyref("fiddle._src.config", "BuildableTraverserMetadata")
    nothing = f'{{"type": {pyref("builtins", "tuple")}, "items": [], "metadata": null}}'
    items = f'["", {pyref("__main__", name)}], ["", {nothing}], ["", null], ["", null]'
    metadata = f'{{"type": {about}, "items": [{items}], "metadata": {about}}}'
    root = f'{{"type": {pyref("nemo_run.config", "Partial")}, "items": [], "metadata": {metadata}}}'
    return pack(f'{{"root": {{"type": "ref", "key": "a"}}, "objects": {{"a": {root}}}}}')


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    folder = tmp_path / "job" / "configs"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def launched(tmp_path: Path, configs: Path) -> Path:
    """What a launching script leaves in the job folder."""
    script = tmp_path / "launcher.py"
    script.write_text(LAUNCHER)
    subprocess.run([sys.executable, str(script), str(configs)], check=True, timeout=120, env=_with_path())
    script.unlink()
    return configs / "x_fn_or_script"


def _with_path() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def test_functions_travel_by_value(launched: Path, run: Runner) -> None:
    got = run("-n", "other", str(launched), stand_alone=False)
    assert got.out == "5 3 2 [1, 2] True"
    assert got.err == ""


def test_without_the_side_file_the_functions_are_missed(launched: Path, run: Runner) -> None:
    launched.with_name("x_by_value").unlink()
    got = run(str(launched), stand_alone=False)
    assert got.status == 1
    assert "did not come along" in got.err
    assert "Traceback" not in got.err


@pytest.mark.parametrize("place", ["job/__main__.py", "__main__.py"])
def test_the_saved_script_is_executed(place: str, configs: Path, tmp_path: Path, run: Runner) -> None:
    (tmp_path / place).write_text(SCRIPT)
    (configs / "t").write_text(task_text("task"))
    assert run(str(configs / "t")).out.splitlines() == ["executed", "hi __external_main__ 1"]


def test_the_script_of_the_job_comes_first(configs: Path, tmp_path: Path, run: Runner) -> None:
    (tmp_path / "job" / "__main__.py").write_text(SCRIPT)
    (tmp_path / "__main__.py").write_text("print('wrong')")
    (configs / "t").write_text(task_text("task"))
    assert "wrong" not in run(str(configs / "t")).out


@pytest.mark.parametrize("end", ["1 / 0", "raise SystemExit(4)"])
def test_a_failing_script_is_a_warning(end: str, configs: Path, tmp_path: Path, run: Runner) -> None:
    (tmp_path / "__main__.py").write_text(SCRIPT + end)
    (configs / "t").write_text(task_text("task"))
    got = run(str(configs / "t"))
    assert got.status == 0
    assert got.out.endswith("hi __external_main__ 1")
    assert "warning: the saved launching script" in got.err


def test_a_script_that_is_not_needed_is_not_executed(configs: Path, tmp_path: Path, run: Runner) -> None:
    (tmp_path / "__main__.py").write_text("print('executed')")
    (configs / "t").write_text(task_text("task").strip())
    (configs / "u").write_text(pack('{"root": 1, "objects": {}}'))
    assert "executed" not in run(str(configs / "u")).out


def test_scripts_may_use_the_names_of_the_runner(configs: Path, tmp_path: Path, run: Runner) -> None:
    names = "run = main = Builder = json = os = sys = find = publish = None\ndef task(): print('fine')\n"
    (tmp_path / "__main__.py").write_text(names)
    (configs / "t").write_text(task_text("task"))
    assert run(str(configs / "t")).out == "fine"


def test_a_damaged_side_file_is_a_warning(configs: Path, tmp_path: Path, run: Runner) -> None:
    (configs / "t_fn_or_script").write_text(task_text("task"))
    (configs / "t_by_value").write_bytes(b"# nemo_run by-value objects, python 2.0\n" + pickle.dumps(1)[:-1])
    (tmp_path / "__main__.py").write_text(SCRIPT)
    got = run(str(configs / "t_fn_or_script"))
    assert got.status == 0
    assert "python 2.0" in got.err
