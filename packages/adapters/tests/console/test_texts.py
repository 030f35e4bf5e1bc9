from __future__ import annotations

import pytest

from nemo_run_adapters.console import (
    GOODBYE_BASH,
    GOODBYE_PYTHON,
    Output,
    SilentPrinter,
    StatusRow,
    TextPrinter,
    render_entering,
    render_goodbye,
    render_status_block,
)

ROWS = [
    StatusRow(job="a", state="SUCCEEDED", executor="LocalExecutor", job_id="a-x", local_dir="/r/a"),
    StatusRow(
        job="b",
        state="UNSUBMITTED",
        executor="SlurmExecutor on u@host",
        local_dir="/r/b",
        remote_dir="/remote/b",
    ),
]

STATUS = """\

Experiment Status for sweep_1

Task 0: a
- Status: SUCCEEDED
- Executor: LocalExecutor
- Job id: a-x
- Local Directory: /r/a

Task 1: b
- Status: UNSUBMITTED
- Executor: SlurmExecutor on u@host
- Job id:\x20
- Local Directory: /r/b
- Remote Directory: /remote/b

"""

GOODBYE = """\
experiment = run.Experiment.from_id("sweep_1"); experiment.status()\
  # or experiment.logs("a"), experiment.cancel("a"); tasks: ['a', 'b']
nemo experiment status sweep_1
nemo experiment logs sweep_1 0
nemo experiment cancel sweep_1 0
"""


def test_entering_names_title_and_id():
    assert render_entering("[b]sweep[/b]", "sweep_1") == "Entering Experiment [b]sweep[/b] with id: sweep_1"


def test_the_status_block_has_a_line_per_fact():
    assert render_status_block("sweep_1", ROWS) == STATUS


def test_no_job_makes_an_empty_status_block():
    assert render_status_block("sweep_1", []) == "\nExperiment Status for sweep_1\n\n"


def test_goodbye_says_how_to_come_back_in_four_lines():
    assert render_goodbye("sweep_1", ["a", "b"], GOODBYE_PYTHON, GOODBYE_BASH) == GOODBYE


def test_goodbye_shows_every_id_whole(make_stream):
    stream = make_stream(terminal=True)
    jobs = [f"a-rather-long-name-of-a-job-{number}" for number in range(20)]
    TextPrinter(Output(stream, {})).goodbye("sweep_1", jobs, GOODBYE_PYTHON, GOODBYE_BASH)
    assert all(repr(job) in stream.getvalue() for job in jobs)
    assert "\x1b[36mnemo experiment status sweep_1\x1b[0m\n" in stream.getvalue()


def test_goodbye_of_a_run_without_jobs_is_nothing():
    assert render_goodbye("sweep_1", []) == ""


def test_ids_are_quoted_for_the_language_they_appear_in():
    text = render_goodbye('my "sweep"_1', ["a"])
    assert 'from_id("my \\"sweep\\"_1")' in text
    assert "nemo experiment status 'my \"sweep\"_1'\n" in text


@pytest.mark.parametrize("template", ["{nothing}", "{", "{tasks[5]}"])
def test_a_template_that_does_not_fit_is_shown_as_it_is(template):
    assert render_goodbye("sweep_1", ["a"], template, "") == f"{template}\n"


def test_templates_of_the_reference_fit():
    template = '\n# {tasks}\nexperiment = run.Experiment.from_id("{exp_id}")\nexperiment.logs("{tasks[0]}")\n'
    expected = '# [\'a\']\nexperiment = run.Experiment.from_id("s_1")\nexperiment.logs("a")\n'
    assert render_goodbye("s_1", ["a"], template, "") == expected


def test_a_terminal_gets_colours(make_stream):
    stream = make_stream(terminal=True)
    printer = TextPrinter(Output(stream, {}))
    printer.entering("sweep", "sweep_1")
    printer.status("sweep_1", ROWS[:1])
    lines = stream.getvalue().splitlines()
    assert lines[0] == "\x1b[1;35mEntering Experiment sweep with id: sweep_1\x1b[0m"
    assert "\x1b[1;32mTask 0\x1b[0m: \x1b[1;33ma\x1b[0m" in lines


@pytest.mark.parametrize("theme", ["monokai", "no-such-theme"])
def test_a_code_theme_colours_the_snippets_and_cuts_nothing(make_stream, theme):
    stream = make_stream(terminal=True)
    printer = TextPrinter(Output(stream, {"NEMO_RUN_CODE_THEME": theme}))
    printer.goodbye("sweep_1", ["a" * 150], 'x = "{tasks[0]}"\ny = 1', "")
    assert len(stream.getvalue().splitlines()) == 2
    assert "a" * 150 in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


def test_a_silent_printer_says_nothing(capsys):
    printer = SilentPrinter()
    printer.entering("sweep", "sweep_1")
    printer.status("sweep_1", ROWS)
    printer.goodbye("sweep_1", ["a"], GOODBYE_PYTHON, GOODBYE_BASH)
    printer.line("x")
    assert capsys.readouterr() == ("", "")
