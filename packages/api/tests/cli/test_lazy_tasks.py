"""Lazy entry points that really run on this machine."""

# pyright: reportMissingImports=false
from __future__ import annotations

import importlib
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import fix
import pytest

import nemo_run as run
from nemo_run.cli.lazy import LazyEntrypoint
from nemo_run.exceptions import NotFoundError

ELSEWHERE = """
from dataclasses import dataclass
import nemo_run as run

@dataclass
class Net:
    width: int = 8

def fit(net: Net, steps: int = 1, title: str = "t"):
    return [net.width, steps, title]

def half(x):
    return x // 2

class tools:
    @staticmethod
    def double(x):
        return 2 * x

def recipe() -> run.Partial[fit]:
    return run.Partial(fit, net=run.Config(Net, width=64), steps=100)
"""

SCRIPT = """
import nemo_run as run

def fit(steps: int = 10):
    return steps + 1

if __name__ == "__main__":
    run.cli.main(fit)
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemo_run.config._home", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> run.LocalExecutor:
    """An executor that finds a module which this process does not."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "lazy_elsewhere.py").write_text(ELSEWHERE)
    search = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return run.LocalExecutor(env_vars={"PYTHONPATH": search})


def results(title: str) -> Any:
    return run.Experiment.from_title(title).results()


def test_what_can_be_imported_is_resolved_when_it_is_added(tmp_path: Path) -> None:
    with run.Experiment("here", executor=run.LocalExecutor(), clean_mode=True) as exp:
        exp.add(LazyEntrypoint("fix.fit", overwrites=["net.width=3"]), name="t")
        assert exp.tasks[0] == run.Partial(fix.fit, net=run.Config(fix.Net, width=3))


def test_a_function_that_is_only_there_where_it_runs(elsewhere: run.LocalExecutor) -> None:
    task: Any = LazyEntrypoint("lazy_elsewhere.fit", overwrites=["net.width=5", "steps*=3"])
    task.title = "null"
    run.run(task, executor=elsewhere, name="node")
    assert results("node")["node"].value == [5, 3, "null"]
    assert "lazy_elsewhere" not in sys.modules


def test_a_factory_that_is_only_there_where_it_runs(elsewhere: run.LocalExecutor) -> None:
    with run.lazy_imports():
        from lazy_elsewhere import fit, recipe
    with run.Experiment("factories", executor=elsewhere, clean_mode=True) as exp:
        exp.add(LazyEntrypoint(fit, factory=recipe, overwrites=["net.width/=2"]), name="one")
        exp.add([LazyEntrypoint(fit, factory=recipe), run.Partial(os.path.abspath, path="x")], name="group")
        exp.run()
    found = results("factories")
    assert found["one"].value == [32.0, 100, "t"]
    assert found["group"].succeeded


def test_a_factory_that_only_the_launching_program_has(elsewhere: run.LocalExecutor) -> None:
    def recipe() -> Any:
        from lazy_elsewhere import Net, fit

        return run.Partial(fit, net=run.Config(Net, width=4), steps=3)

    task = LazyEntrypoint("lazy_elsewhere.fit", factory=recipe, overwrites=["steps*=2"])
    run.run(task, executor=elsewhere, name="own")
    assert results("own")["own"].value == [4, 6, "t"]


@pytest.mark.parametrize("name", ["nemo_run.run", "nemo_run.help"])
def test_modules_that_can_be_called_travel_by_name(name: str) -> None:
    module = importlib.import_module(name)
    assert pickle.loads(pickle.dumps(module)) is module


def test_partials_of_what_is_imported_later(elsewhere: run.LocalExecutor) -> None:
    with run.lazy_imports():
        import lazy_elsewhere.tools as tools
        from lazy_elsewhere import half
    with run.Experiment("partials", executor=elsewhere, clean_mode=True) as exp:
        names = [exp.add(run.Partial(tools.double, x=8)), exp.add(run.Partial(half, x=8))]
        exp.run()
    assert names == ["lazy_elsewhere.tools.double", "lazy_elsewhere.half"]
    assert [results("partials")[name].value for name in names] == [16, 4]


def test_it_is_named_after_its_function_and_shown_without_secrets(elsewhere: run.LocalExecutor) -> None:
    with run.Experiment("named", executor=elsewhere, clean_mode=True) as exp:
        job = exp.add(LazyEntrypoint("lazy_elsewhere.fit", overwrites=["net.width=5", "api_key=geheim"]))
        assert job == "lazy_elsewhere.fit"
        exp.dryrun()
        plugin_free = exp.jobs[0].task
        assert plugin_free._args_ == [("net.width", "=", "5"), ("api_key", "=", "geheim")]


def test_plugins_change_what_is_recorded(elsewhere: run.LocalExecutor) -> None:
    class More(run.Plugin):
        def setup(self, task: Any, executor: run.Executor) -> None:
            task.steps = 7

    task = LazyEntrypoint("lazy_elsewhere.fit", overwrites=["net.width=5"])
    run.run(task, executor=elsewhere, plugins=More(), name="more")
    assert results("more")["more"].value == [5, 7, "t"]
    assert task._args_ == [("net.width", "=", "5")]


def test_a_script_travels_with_its_text(tmp_path: Path) -> None:
    Path("train.py").write_text(SCRIPT)
    task = LazyEntrypoint("train.py steps=4")
    Path("train.py").unlink()
    run.run(task, executor=run.LocalExecutor(), name="script")
    assert results("script")["script"].value == 5


def test_a_saved_experiment_runs_again(elsewhere: run.LocalExecutor) -> None:
    task = LazyEntrypoint("lazy_elsewhere.fit", overwrites=["net.width=5"])
    run.run(task, executor=elsewhere, name="again")
    fresh = run.Experiment.from_title("again").reset()
    with fresh:
        fresh.run()
    assert fresh.results()["again"].value == [5, 1, "t"]


def test_a_misspelt_name_is_told_at_once() -> None:
    with pytest.raises(AttributeError, match=r"'fix' has no attribute 'fitt'") as caught:
        run.run(LazyEntrypoint("fix.fitt"), executor=run.LocalExecutor(), name="t")
    assert isinstance(caught.value, NotFoundError)


def test_in_this_process_it_is_resolved(capsys: pytest.CaptureFixture[str]) -> None:
    run.run(LazyEntrypoint("pprint.pprint", overwrites=["object=[5]"]))
    assert capsys.readouterr().out == "[5]\n"
