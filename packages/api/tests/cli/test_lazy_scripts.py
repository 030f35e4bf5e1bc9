"""Scripts that are loaded for their entry point: how far they are executed."""

import importlib
import sys

import pytest

from nemo_run.cli._lazy.scripts import load_entrypoint

SCRIPT = """
import nemo_run as run
import heavy_tasks

def one(steps: int = 1):
    pass

heavy_tasks.events.append("before")
try:
    {call}
except Exception:
    heavy_tasks.events.append("an error")
finally:
    heavy_tasks.events.append("tidied up")
heavy_tasks.events.append("behind")
"""


@pytest.fixture
def events(monkeypatch, tmp_path):
    (tmp_path / "heavy_tasks.py").write_text("events = []\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("heavy_tasks").events
    for name in ("heavy_tasks", "__dynamic_module__"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("call", ["run.cli.main(one)", "__import__('sys').exit(run.cli.main(one))"])
def test_nothing_behind_main_is_executed(events, call):
    assert load_entrypoint(SCRIPT.format(call=call)).name == "one"
    assert events == ["before", "tidied up"]


def test_the_first_main_counts(events):
    call = "run.cli.main(one, name='first'); run.cli.main(one, name='second')"
    assert load_entrypoint(SCRIPT.format(call=call)).name == "first"


LAZY = """
with run.lazy_imports():
    from fitting import fit

if __name__ == "__main__":
    run.cli.main(fit)
    print("behind")
"""


@pytest.mark.parametrize(("words", "times"), [(["--yes"], 1), ([], 0)])
def test_a_lazy_script_goes_on_behind_main_once_it_has_run(scripts, words, times):
    done = scripts.run("net=wide", *words, main=LAZY)
    assert done.out.count("behind") == times
    assert (done.code, "there is no terminal" in done.err) == ((0, False) if words else (1, True))
