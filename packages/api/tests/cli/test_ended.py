"""Commands on an experiment that has ended, each through the real program."""

import json
import subprocess
import sys

import pytest

JOBS = ["talk", "break", "five", "pair", "thing", "fail"]


class TestList:
    def test_prints_a_heading_and_the_ids_as_python_writes_a_list(self, desk, ended):
        done = desk.nemorun("list", "ended")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines() == ["Experiments with title 'ended':", f"['{ended}']"]

    def test_without_a_title_lists_the_titles(self, desk, ended):
        assert "ended" in desk.nemorun("list", "--json").data

    def test_json_is_a_list_of_ids(self, desk, ended):
        assert desk.nemorun("list", "ended", "--json").data == [ended]

    def test_an_unknown_title_is_a_notice(self, desk, ended):
        done = desk.nemorun("list", "nothing")
        assert (done.code, done.out, done.err) == (0, "Experiments with title 'nothing': none\n", "")


class TestStatus:
    def test_prints_the_status_block(self, desk, ended):
        done = desk.nemorun("status", ended)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith(f"Entering Experiment ended with id: {ended}\n")
        assert "\nTask 0: talk\n- Status: SUCCEEDED\n" in done.out
        assert "\nTask 1: break\n- Status: FAILED (error, exit code 3)\n" in done.out

    def test_a_title_is_its_newest_run(self, desk, ended):
        assert desk.nemorun("status", "ended").out == desk.nemorun("status", ended).out

    def test_json_has_one_object_per_job_in_order(self, desk, ended):
        data = desk.nemorun("status", ended, "--json").data
        assert list(data) == JOBS
        assert data["break"]["status"] == "FAILED"
        assert data["break"]["exit_code"] == 3
        assert data["talk"]["handle"].endswith(data["talk"]["job_id"])

    def test_the_environment_asks_for_json_too(self, desk, ended):
        asked = desk.nemorun("status", ended, NEMORUN_OUTPUT="json")
        assert asked.data == desk.nemorun("status", ended, "--json").data


class TestLogs:
    @pytest.mark.parametrize("job", [(), ("talk",)], ids=str)
    def test_go_to_standard_output_with_the_task_in_front(self, desk, ended, job):
        done = desk.nemorun("logs", ended, *job)
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines() == ["talk/0 one", "talk/0 two", "talk/0 three"]

    def test_of_a_failed_job_are_no_error(self, desk, ended):
        done = desk.nemorun("logs", ended, "1")
        assert (done.code, done.out) == (0, "break/0 last words\n")

    def test_regex_leaves_out_the_other_lines(self, desk, ended):
        assert desk.nemorun("logs", ended, "--regex", "^t").out == "talk/0 two\ntalk/0 three\n"

    def test_follow_ends_at_once(self, desk, ended):
        assert desk.nemorun("logs", ended, "talk", "-f").out == desk.nemorun("logs", ended, "talk").out

    def test_json_is_one_object_per_line(self, desk, ended):
        done = desk.nemorun("logs", ended, "talk", "--json")
        lines = [json.loads(line) for line in done.out.splitlines()]
        assert lines[0] == {"job": "talk", "role": "talk", "replica": 0, "line": "one"}
        assert [line["line"] for line in lines] == ["one", "two", "three"]


class TestResults:
    def test_tell_how_each_job_ended(self, desk, ended):
        done = desk.nemorun("results", ended)
        assert (done.code, done.err) == (0, "")
        assert "talk: SUCCEEDED after " in done.out
        assert "\n  | last words\n" in done.out
        assert "\n  value: (1, 'two')\n" in done.out
        assert "\n  builtins.ValueError: no such luck\n" in done.out

    def test_json_has_values_where_json_can_hold_them(self, desk, ended):
        data = desk.nemorun("results", ended, "--json").data
        assert list(data) == JOBS
        assert [data[job]["value"] for job in JOBS[:4]] == [None, None, 5, [1, "two"]]
        assert data["break"]["exit_code"] == 3
        assert data["break"]["log_tail"] == ["last words"]
        assert data["talk"]["elapsed"] >= 0

    def test_json_has_exceptions(self, desk, ended):
        exception = desk.nemorun("results", ended, "--json").data["fail"]["exception"]
        assert (exception["type"], exception["message"]) == ("builtins.ValueError", "no such luck")
        assert "in fail" in exception["traceback"]

    def test_a_value_of_a_foreign_class_is_named_and_not_loaded(self, desk, ended):
        value = desk.nemorun("results", ended, "--json").data["thing"]["value"]
        assert "cli_user_tasks.Thing" in value


class TestWait:
    def test_fails_when_a_job_failed(self, desk, ended):
        done = desk.nemorun("wait", ended)
        assert (done.code, done.err) == (1, "")
        assert done.out == desk.nemorun("status", ended).out

    def test_json_is_that_of_status(self, desk, ended):
        done = desk.nemorun("wait", ended, "--json")
        assert (done.code, done.data) == (1, desk.nemorun("status", ended, "--json").data)


class TestCancel:
    def test_leaves_alone_what_has_ended_and_says_so(self, desk, ended):
        done = desk.nemorun("cancel", ended)
        assert (done.code, done.err) == (0, "")
        assert done.out == f"Job talk of experiment {ended} has ended before: SUCCEEDED\n"

    def test_json_names_what_had_ended(self, desk, ended):
        data = desk.nemorun("cancel", ended, "--all", "--json").data
        assert data == {"experiment": ended, "cancelled": [], "ended_before": JOBS}


class TestExport:
    def test_writes_scripts_that_run_by_hand(self, desk, ended):
        assert desk.nemorun("export", ended, "out").code == 0
        script = desk.folder / "out" / "talk" / "talk.sh"
        done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=True)
        assert done.stdout == "one\ntwo\nthree\n"

    def test_json_is_the_list_of_paths(self, desk, ended):
        paths = desk.nemorun("export", ended, "out2", "--json").data
        assert paths[0] == str(desk.folder / "out2" / "run.sh")
        assert len(paths) == 1 + len(JOBS)


@pytest.mark.parametrize("words", ["list", "status ended", "status ended --json", "wait ended --json"])
def test_closed_standard_output_is_no_error(desk, ended, words):
    done = desk.run(["sh", "-c", f'"$0" -m nemo_run experiment {words} >&-', sys.executable])
    assert (done.code, done.err) == (1 if words.startswith("wait") else 0, "")


class TestErrors:
    """One line on standard error that names what is missing and what there is."""

    def test_an_unknown_title_names_the_titles(self, desk, ended):
        done = desk.nemorun("status", "nothing")
        assert done.code == 1
        assert "'nothing'" in done.complaint
        assert "ended" in done.complaint

    @pytest.mark.parametrize("job", ["7", "nobody"])
    def test_an_unknown_job_names_the_jobs(self, desk, ended, job):
        done = desk.nemorun("logs", ended, job)
        assert done.code == 1
        assert repr(job) in done.complaint
        assert "0: talk, 1: break" in done.complaint

    def test_wrong_usage(self, desk):
        done = desk.nemorun("bogus")
        assert (done.code, done.out) == (2, "")
        assert "Usage: nemorun experiment" in done.err


READ_ONLY = ("list", "status ended", "logs ended", "results ended", "wait ended")
FORBIDDEN = {"pydantic", "fiddle", "torchx", "rich", "cloudpickle", "docker", "asyncssh", "cli_user_tasks"}
LOADED = """
import sys
from nemo_run.__main__ import main
try:
    main()
finally:
    print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("words", ["--help", *(f"experiment {words}" for words in READ_ONLY)])
def test_reading_loads_no_sdk_and_nothing_of_the_user(desk, ended, words):
    done = desk.run([sys.executable, "-c", LOADED, *words.split()])
    loaded = {name.partition(".")[0] for name in done.err.split()}
    assert "typer" in loaded
    assert loaded & FORBIDDEN == set()


def test_reading_executes_nothing_that_was_saved(desk, ended):
    (desk.folder / "cli_user_tasks.py").write_text("raise SystemExit('imported')")
    codes = [desk.nemorun(*words.split()).code for words in READ_ONLY]
    assert codes == [0, 0, 0, 0, 1]
