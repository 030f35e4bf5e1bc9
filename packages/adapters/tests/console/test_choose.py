from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nemo_run_adapters.console import (
    JsonPrinter,
    JsonReporter,
    PlainReporter,
    RichReporter,
    SilentPrinter,
    SilentReporter,
    TextPrinter,
    choose_printer,
    choose_reporter,
)
from nemo_run_domain.errors import InvalidConfigError


@pytest.mark.parametrize(
    ("terminal", "environ", "clean", "reporter", "printer"),
    [
        (True, {}, False, RichReporter, TextPrinter),
        (False, {}, False, PlainReporter, TextPrinter),
        (True, {"TERM": "dumb"}, False, PlainReporter, TextPrinter),
        (True, {"NO_COLOR": "1"}, False, RichReporter, TextPrinter),
        (False, {"FORCE_COLOR": "1"}, False, PlainReporter, TextPrinter),
        (True, {"NEMORUN_OUTPUT": "json"}, False, JsonReporter, JsonPrinter),
        (True, {"NEMORUN_OUTPUT": "Plain "}, False, PlainReporter, TextPrinter),
        (False, {"NEMORUN_OUTPUT": "rich"}, False, RichReporter, TextPrinter),
        (True, {"NEMORUN_OUTPUT": "json"}, True, SilentReporter, SilentPrinter),
    ],
)
def test_stream_and_environment_decide(make_stream, terminal, environ, clean, reporter, printer):
    stream = make_stream(terminal)
    assert type(choose_reporter(stream, environ, clean)) is reporter
    assert type(choose_printer(stream, environ, clean)) is printer


def test_an_unknown_style_is_refused():
    with pytest.raises(InvalidConfigError, match="NEMORUN_OUTPUT is 'jsno'; it may be rich, plain, json"):
        choose_reporter(None, {"NEMORUN_OUTPUT": "jsno"})


def test_clean_mode_shows_the_lines_of_tasks_only(make_stream, clock, tell):
    stream = make_stream()
    tell(choose_reporter(stream, {}, clean=True), clock).several()
    assert stream.getvalue() == "a/0 step 1\nb/0 [red]step 1[/red]\n"


@pytest.mark.parametrize("style", ["plain", "json", "rich"])
def test_a_single_job_loads_no_rich(style):
    code = (
        "import sys\n"
        "from nemo_run_adapters.console import *\n"
        "from nemo_run_application.events import *\n"
        "from nemo_run_domain.job import *\n"
        "done = JobStatus(state=JobState.SUCCEEDED)\n"
        "choose_printer().entering('a', 'a_1')\n"
        "reporter = choose_reporter()\n"
        "for event in (RunStarted(experiment_id='a_1', jobs={'a': 'x'}),\n"
        "              LogLine(experiment_id='a_1', job='a', role='a', replica=0, line='x\\n'),\n"
        "              RunEnded(experiment_id='a_1', statuses={'a': done})):\n"
        "    reporter.emit(event)\n"
        "reporter.close()\n"
        "choose_printer().goodbye('a_1', ['a'], GOODBYE_PYTHON, GOODBYE_BASH)\n"
        "sys.exit('rich' in sys.modules)\n"
    )
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "NEMORUN_OUTPUT": style,
        "FORCE_COLOR": "1",
    }
    subprocess.run([sys.executable, "-c", code], env=environ, check=True, stdout=subprocess.DEVNULL)
