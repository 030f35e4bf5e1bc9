"""Run commands without a command line: methods of ``RunContext``, settings of ``main``."""

from dataclasses import dataclass

import pytest
import typer
from typer.testing import CliRunner

import nemo_run as run
from nemo_run.cli import api
from nemo_run.cli._run.errors import MissingArgumentsError, NotAskedError
from nemo_run.cli.api import RunContext

calls = []


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    calls.clear()
    monkeypatch.setenv("INCLUDE_WORKSPACE_FILE", "false")
    monkeypatch.delenv("WORLD_SIZE", raising=False)


def add(a: int, b: int = 2):
    calls.append((a, b))


def sweep(ctx: RunContext, a: int = 1):
    calls.append((ctx, a))


def test_a_task_is_run():
    RunContext(name="x", skip_confirmation=True).cli_execute(add, ["a=1", "b+=3"])
    assert calls == [(1, 5)]


@pytest.mark.parametrize("kind", ["experiment", "sequential_experiment", "parallel_experiment"])
def test_an_experiment_receives_the_context_itself(kind):
    context = RunContext(name="x", skip_confirmation=True)
    context.cli_execute(sweep, ["a=4", "run.name=y"], kind)
    ((received, a),) = calls
    assert received is context
    assert (a, context.name) == (4, "y")


@pytest.mark.parametrize(
    ("context", "words", "kind", "error", "text"),
    [
        (RunContext(name="x"), ["a=1"], "other", ValueError, "Unknown entrypoint type: other"),
        (RunContext(name="x", load="f"), ["a=1"], "task", NotImplementedError, "Load is not implemented yet"),
        (RunContext(name="x", skip_confirmation=True), [], "task", MissingArgumentsError, r"a \(int\)"),
        (RunContext(name="x"), ["a=1"], "task", NotAskedError, "--yes"),
        (RunContext(name="x", repl=True), ["a=1"], "task", ImportError, "pip install ipython"),
    ],
    ids=["kind", "load", "missing", "nobody", "repl"],
)
def test_errors(context, words, kind, error, text):
    with pytest.raises(error, match=text):
        context.cli_execute(add, words, kind)
    assert calls == []


def test_the_answer_of_the_program_counts(monkeypatch):
    monkeypatch.setattr(api, "NEMORUN_SKIP_CONFIRMATION", True, raising=False)
    RunContext(name="x").cli_execute(add, ["a=1"])
    monkeypatch.setattr(api, "NEMORUN_SKIP_CONFIRMATION", False, raising=False)
    RunContext(name="x").cli_execute(add, ["a=2"])
    assert calls == [(1, 2)]


def test_a_function_is_configured_only():
    assert RunContext(name="x").parse_fn(add, ["a=1"], b=5) == run.Partial(add, a=1)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"dryrun": True}, ["dryrun"]),
        ({}, [{"sequential": True, "detach": False, "direct": True, "tail_logs": False}]),
        (
            {"detach": True, "tail_logs": True},
            [{"sequential": True, "detach": True, "direct": True, "tail_logs": True}],
        ),
    ],
)
def test_launch_follows_the_options(options, expected):
    seen = []

    class Pretended:
        def dryrun(self):
            seen.append("dryrun")

        def run(self, **how):
            seen.append(how)

    RunContext(name="x", **options).launch(Pretended(), sequential=True)
    assert seen == expected


def test_with_an_executor_an_experiment_is_not_run_directly():
    context, seen = RunContext(name="x"), []
    context.executor = run.LocalExecutor()

    class Pretended:
        def run(self, **how):
            seen.append(how["direct"])

    context.launch(Pretended())
    context.direct = True
    context.launch(Pretended())
    assert seen == [False, True]


@dataclass(kw_only=True)
class Mine(RunContext):
    cluster: str = "here"

    def launch(self, experiment, sequential=False):
        calls.append((self.cluster, sequential))


def go(ctx: RunContext):
    ctx.launch(None)


def test_a_class_of_context_of_ones_own():
    app = typer.Typer()
    Mine.cli_command(app, "go", go, type="experiment")
    done = CliRunner().invoke(app, ["run.cluster=there", "--yes"])
    assert done.exit_code == 0, done.output
    assert calls == [("there", False)]


def test_a_command_of_an_application_of_ones_own():
    app = typer.Typer()
    app.command("other")(lambda: None)
    RunContext.cli_command(app, "sum", add, default_factory=lambda: run.Partial(add, a=7))
    assert CliRunner().invoke(app, ["sum", "--yes", "b=1"]).exit_code == 0
    assert calls == [(7, 1)]


@pytest.mark.parametrize(("words", "expected"), [(["a=3"], [(3, 2)]), ([], [])])
def test_defaults_of_a_command(words, expected):
    app = typer.Typer()
    RunContext.cli_command(app, "sum", add, cmd_defaults={"skip_confirmation": True})
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, calls) == (0 if expected else 1, expected)


def test_a_task_with_a_context_receives_it():
    context = RunContext(name="x", skip_confirmation=True)
    context.cli_execute(sweep, ["a=4"])
    assert calls == [(context, 4)]
    assert calls[0][0] is context
