"""Answers that are not typed, and standard streams that are closed."""

import os

import pytest
from typer.testing import CliRunner

import nemo_run as run
from nemo_run._registry import entrypoints

RAN = "fit 64 gelu"


@pytest.mark.parametrize(
    ("answer", "ran"), [("y", True), ("YES", True), ("n", False), ("No", False), ("", False)]
)
def test_a_line_of_the_input_is_the_answer(scripts, answer, ran):
    done = scripts.run("net=wide", closing=f"<<< '{answer}'")
    assert done.code == 0, done
    assert f"Continue? [y/N]: {answer}\n" in done.out
    assert (RAN in done.out, "Exiting..." in done.out) == (ran, not ran)


def test_the_rest_of_the_input_is_left_alone(scripts):
    main = "run.cli.main(fit); run.cli.main(fit); print('left:', input())"
    done = scripts.run("net=wide", main=main, closing="<<< $'y\\nn\\nrest'")
    assert done.code == 0, done
    assert (done.out.count(RAN), done.out.count("Exiting...")) == (1, 1)
    assert "left: rest" in done.out


@pytest.mark.parametrize("closing", ["<&-", "</dev/null", "<> gate", "<<< maybe", "<<< $'\\xff'"])
def test_no_answer_is_an_error_and_nobody_waits(scripts, closing):
    os.mkfifo(scripts.folder / "gate")  # opened for both, it has no end and nothing in it
    done = scripts.run("net=wide", closing=closing)
    assert done.code == 1
    assert "--yes" in done.err
    assert done.err.count("Error:") == 1
    assert RAN not in done.out
    assert ("'maybe' on standard input" in done.err) == ("maybe" in closing)


@pytest.fixture
def app():
    before = dict(entrypoints._table)
    ran = []

    @run.cli.entrypoint(namespace="asked")
    def note(steps: int = 1):
        ran.append(steps)

    app = run.cli.create_cli(nested_entrypoints_creation=False)
    yield app, ran
    entrypoints._table.clear()
    entrypoints._table.update(before)


@pytest.mark.parametrize(("text", "code", "ran"), [("y\n", 0, [5]), ("n\n", 0, []), ("", 1, [])])
def test_programs_may_answer(app, text, code, ran):
    done = CliRunner().invoke(app[0], ["asked", "note", "steps=5"], input=text)
    assert (done.exit_code, app[1]) == (code, ran), done.output


@pytest.mark.parametrize("words", [["--dryrun"], ["--yes"], ["--dryrun", "executor=ex"]])
def test_nothing_is_said_where_the_output_is_closed(scripts, words):
    done = scripts.run("net=wide", *words, closing=">&-")
    assert (done.code, done.err) == (0, ""), done


def test_scripts_run_where_the_output_is_closed(scripts):
    main = "run.run(run.Script(inline='echo here > made'), direct=True)"
    done = scripts.run(main=main, closing=">&- 2>&-")
    assert done.code == 0
    assert (scripts.folder / "made").read_text() == "here\n"
