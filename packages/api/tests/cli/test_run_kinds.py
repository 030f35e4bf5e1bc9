"""What may be named as an executor or a plugin."""

import pytest

MODULE = """
import nemo_run as run
from nemo_run.cli import factory

def touch(*args):
    open("called", "w").close()

def makes_a_number() -> int:
    touch()
    return 5

def place():
    return run.LocalExecutor(retries=1)

def lies():
    return {"retries": 1}

@factory
def plugs() -> run.Config[run.Plugin]:
    touch()
    return run.Config(run.Plugin)

PLACE = run.Config(run.LocalExecutor, retries=1)
NUMBER = 5
"""


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("executor=os.getcwd", "os.getcwd is no executor, and makes none"),
        ("executor=sys.exit", "sys.exit is no executor, and makes none"),
        ("executor=collections.OrderedDict", "collections.OrderedDict is no executor, and makes none"),
        ("executor=mine.makes_a_number", "mine.makes_a_number is no executor, and makes none"),
        ("executor=mine.plugs", "mine.plugs is no executor, and makes none"),
        ("executor=mine.lies", "mine.lies makes dict, which is no executor"),
        ("executor=mine.NUMBER", "mine.NUMBER makes int, which is no executor"),
        ("executor=plug", "plug is no executor, and makes none"),
        ("plugins=mine.PLACE", "mine.PLACE makes LocalExecutor, which is no plugin"),
        ("plugins=mine.place", "mine.place makes LocalExecutor, which is no plugin"),
        ("plugins=[plug,os.getcwd]", "os.getcwd is no plugin, and makes none"),
    ],
)
def test_other_things_are_refused_before_anything_is_shown(scripts, word, text):
    (scripts.folder / "mine.py").write_text(MODULE)
    done = scripts.run("net=wide", "--yes", word)
    assert (done.code, done.out) == (1, "")
    assert text in done.complaint
    assert not (scripts.folder / "called").exists()


@pytest.mark.parametrize("name", ["mine.place", "mine.PLACE", "nemo_run.LocalExecutor(retries=1)"])
def test_dotted_names_of_executors(scripts, name):
    (scripts.folder / "mine.py").write_text(MODULE)
    done = scripts.run("net=wide", "--dryrun", f"executor={name}")
    assert done.code == 0, done
    assert "retries = 1" in done.out


@pytest.mark.parametrize(
    "main",
    [
        "run.cli.main(fit, default_executor=ex)",
        "run.cli.main(fit, default_executor=run.LocalExecutor)",
        "run.cli.entrypoint(fit, default_executor=ex)",
    ],
)
def test_a_default_executor_is_no_function(scripts, main):
    done = scripts.run("net=wide", "--dryrun", main=main)
    assert done.code == 1
    assert "default_executor must be a Config of an executor, not <" in done.err


@pytest.mark.parametrize("made", ["run.LocalExecutor(retries=1)", "run.Config(run.LocalExecutor, retries=1)"])
def test_a_default_executor_may_be_one_or_configured(scripts, made):
    done = scripts.run("net=wide", "--dryrun", main=f"run.cli.main(fit, default_executor={made})")
    assert done.code == 0, done
    assert "retries = 1" in done.out
