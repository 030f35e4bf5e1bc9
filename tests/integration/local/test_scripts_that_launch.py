"""Functions of launching scripts, of standard input and of notebooks run in tasks; their scripts do not."""

from __future__ import annotations

import sys

import pytest
from tests.integration.local.lab import Lab

UNGUARDED = """
import nemo_run as run
with open("body", "a") as file:
    file.write("x")

SCALE = 2

def inner(number: int) -> int:
    return number * SCALE

def outer(number: int) -> int:
    with open("ran", "a") as file:
        file.write(f"{inner(number)}\\n")
    return inner(number)

def nested(fn, times: int = 1):
    return [fn() for _ in range(times)]

with run.Experiment("own", id="own_1") as exp:
    exp.add(run.Partial(outer, number=1), name="one")
    exp.add(run.Partial(nested, fn=run.Partial(outer, number=2), times=2), name="nested")
    exp.add([run.Partial(inner, number=3), run.Partial(inner, number=3)], name="pair")
    exp.run()
assert {job.id: job.state.name for job in exp.jobs}.pop("one") == "SUCCEEDED", exp.status()
assert exp.results()["one"].value == 2, exp.results()
assert exp.results()["nested"].value == [4, 4], exp.results()
"""
AGAIN = """
import nemo_run as run
exp = run.Experiment.from_id("own_1").reset()
with exp:
    exp.run()
assert exp.id != "own_1"
assert exp.results()["one"].value == 2, exp.results()
assert exp.results()["nested"].value == [4, 4], exp.results()
"""
FAILS_ONCE = """
import os
import nemo_run as run
with open("body", "a") as file:
    file.write("x")

def once(name: str) -> str:
    with open("ran", "a") as file:
        file.write(f"{name}\\n")
    if not os.path.exists(f"done.{name}"):
        open(f"done.{name}", "w").close()
        raise RuntimeError(f"{name} fails at first")
    return name

def always(name: str) -> str:
    with open("ran", "a") as file:
        file.write(f"{name}\\n")
    return name

with run.Experiment("once", id="once_1") as exp:
    exp.add(run.Partial(once, name="alone"), name="alone")
    exp.add([run.Partial(once, name="left"), run.Partial(once, name="left")], name="pair")
    exp.add(run.Partial(always, name="after"), name="after", dependencies=["alone"])
    exp.run()
"""
SHAPES = """
import dataclasses
import nemo_run as run

def call(fn, value):
    return fn(value)

def make(step):
    def add(number):
        return number + step
    return add

def area(shape):
    return shape.width * shape.height

def local():
    @dataclasses.dataclass
    class Shape:
        width: int
        height: int
        def double(self):
            return Shape(self.width * 2, self.height)
    return Shape

Shape = local()
with run.Experiment("shapes", id="shapes_1") as exp:
    exp.add(run.Partial(call, fn=lambda x: x + 1, value=1), name="lambda")
    exp.add(run.Partial(call, fn=make(10), value=1), name="closure")
    exp.add(run.Partial(make(20), number=1), name="closure_itself")
    exp.add(run.Partial(area, shape=run.Config(Shape, width=2, height=3)), name="class")
    exp.run()
values = {name: outcome.value for name, outcome in exp.results().items()}
wanted = {"lambda": 2, "closure": 11, "closure_itself": 21, "class": 6}
assert values == wanted, (values, exp.results())
"""
SHORT = """
import nemo_run as run
def double(number):
    return number * 2
with run.Experiment("short", id="short_1") as exp:
    exp.add(run.Partial(double, number=21), name="double")
    exp.run()
assert exp.results()["double"].value == 42, exp.results()
"""
NOTEBOOK = f"""
import sys, types
main = types.ModuleType("__main__")
sys.modules["__main__"] = main
for number, cell in enumerate({SHORT!r}.split("with ")):
    text = ("with " if number else "") + cell
    exec(compile(text, f"<cell {{number}}>", "exec"), main.__dict__)
"""
NOT_PICKLABLE = """
import threading
import nemo_run as run
lock = threading.Lock()
def guarded():
    with lock:
        return 1
def holder():
    inner_lock = threading.Lock()
    def fn():
        return inner_lock
    return fn
answer = []
with run.Experiment("bad") as exp:
    for fn in (guarded, holder()):
        try:
            exp.add(run.Partial(fn))
        except Exception as error:
            answer.append([type(error).__name__, str(error)])
"""


def test_the_body_of_an_unguarded_script_runs_once(lab: Lab) -> None:
    lab.run(lab.write(UNGUARDED))
    assert (lab.folder / "body").read_text() == "x"
    assert sorted((lab.folder / "ran").read_text().split()) == ["2", "4", "4"]
    lab.run(lab.write(AGAIN, "again.py"))
    assert (lab.folder / "body").read_text() == "x"
    assert sorted((lab.folder / "ran").read_text().split()) == ["2", "2", "4", "4", "4", "4"]


def test_functions_of_another_script_are_resumed(lab: Lab) -> None:
    lab.run(lab.write(FAILS_ONCE))
    found = lab.ask("""
exp = run.Experiment.resume("once_1")
saved = states(run.Experiment.from_id("once_1"))
answer = {"states": states(exp), "value": exp.results()["alone"].value, "saved": saved}
""")
    assert (
        found["states"] == found["saved"] == {"alone": "SUCCEEDED", "pair": "SUCCEEDED", "after": "SUCCEEDED"}
    )
    assert found["value"] == "alone"
    assert (lab.folder / "body").read_text() == "x"
    begun = (lab.folder / "ran").read_text().split()
    assert begun.count("alone") == 2
    assert begun.count("after") == 1


def test_lambdas_closures_and_local_classes(lab: Lab) -> None:
    lab.run(lab.write(SHAPES))


@pytest.mark.parametrize("way", ["stdin", "-c", "notebook"])
def test_functions_without_a_file(lab: Lab, way: str) -> None:
    commands = {"stdin": ["-"], "-c": ["-c", SHORT], "notebook": ["-c", NOTEBOOK]}
    stdin = SHORT if way == "stdin" else None
    running = lab.start_command([sys.executable, *commands[way]], stdin=stdin)
    assert running.wait() == 0, running.text
    assert "Traceback" not in running.text


def test_what_cannot_travel_is_named_when_it_is_added(lab: Lab) -> None:
    (first, name1), (second, name2) = lab.ask(NOT_PICKLABLE)
    assert first == second == "PackagingError"
    assert "'lock'" in name1
    assert "inner_lock" in name2
    assert not lab.ids()


def test_a_task_that_reads_gets_an_end_of_file(lab: Lab) -> None:
    text = 'import nemo_run as run\nrun.run(run.Script(inline="read x; echo got $?"), run.LocalExecutor())\n'
    running = lab.start(lab.write(text))
    assert running.wait() == 0, running.text
    assert "got 1" in running.text
