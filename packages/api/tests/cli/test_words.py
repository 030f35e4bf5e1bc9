"""Words of the command line: which experiment, which jobs, and what is said of those that are not there."""

import json

import pytest
import typer
from typer.testing import CliRunner

import nemo_run
from nemo_run.cli import create_cli
from nemo_run.cli import experiment as commands
from nemo_run.cli._lookup import find_job, open_experiment
from nemo_run.config import get_nemorun_home, set_nemorun_home
from nemo_run.exceptions import NotFoundError

COMMANDS = ("status", "logs", "cancel", "wait", "results", "resume")


@pytest.fixture
def home(tmp_path, monkeypatch):
    before = get_nemorun_home()
    monkeypatch.delenv("NEMORUN_OUTPUT", raising=False)
    set_nemorun_home(str(tmp_path))
    yield tmp_path
    set_nemorun_home(before)


def run_here(title, *names, base_dir=None):
    """Run scripts in this process; returns the id of the experiment."""
    with nemo_run.Experiment(title, base_dir=base_dir, enable_goodbye_message=False) as exp:
        for name in names:
            exp.add(nemo_run.Script(inline=f"echo this is {name}"), name=name)
        exp.run(direct=True)
    return exp.id


@pytest.fixture
def saved(home):
    """Id of an experiment with three jobs, one of them named like an index."""
    return run_here("saved", "first", "0", "last")


def nemorun(*words, **environ):
    return CliRunner().invoke(create_cli(), words, env=environ, prog_name="nemorun")


def complaint(done):
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    return line


class TestWhichExperiment:
    def test_an_id_or_a_title(self, saved):
        assert open_experiment(saved, None).id == saved
        assert open_experiment("saved", None).id == saved

    def test_a_title_is_its_newest_run(self, saved):
        newer = run_here("saved", "other")
        assert open_experiment("saved", None).id == newer
        assert open_experiment(saved, None).id == saved

    def test_an_id_comes_before_a_title(self, saved):
        run_here(saved, "confusing")
        assert open_experiment(saved, None).title == "saved"

    def test_below_another_folder(self, home, tmp_path_factory):
        base = str(tmp_path_factory.mktemp("base"))
        found = run_here("away", "a", base_dir=base)
        assert open_experiment("away", base).id == found
        with pytest.raises(NotFoundError, match="there are none"):
            open_experiment("away", None)

    @pytest.mark.parametrize("command", COMMANDS)
    def test_an_unknown_title_names_the_titles(self, saved, command):
        line = complaint(nemorun("experiment", command, "nothing"))
        assert line == "Error: no experiment has the id or title 'nothing'; there are the titles saved"

    def test_a_title_that_is_almost_right_is_named(self, saved):
        assert complaint(nemorun("experiment", "status", "savd")).endswith(
            "titles saved. Did you mean 'saved'?"
        )

    def test_an_unknown_id_names_the_runs_of_its_title(self, saved):
        line = complaint(nemorun("experiment", "status", "saved_1"))
        assert (
            line
            == f"Error: no experiment has the id or title 'saved_1'; there are the runs of 'saved' {saved}"
        )

    def test_a_long_list_ends_with_the_newest(self, home):
        for number in range(25):
            (home / "experiments" / "many" / f"many_{number}").mkdir(parents=True)
        line = complaint(nemorun("experiment", "status", "many_99"))
        assert "many_4," not in line
        assert line.endswith("many_23, many_24")

    def test_runs_that_cannot_be_read_are_said_to_be_so(self, home):
        (home / "experiments" / "broken" / "broken_1").mkdir(parents=True)
        assert "no readable run" in complaint(nemorun("experiment", "status", "broken"))
        assert "_CONFIG" in complaint(nemorun("experiment", "status", "broken_1"))

    @pytest.mark.parametrize("name", ["..", "../x_1", "a/b", ""])
    def test_a_name_that_is_no_title(self, saved, name):
        assert complaint(nemorun("experiment", "status", name)).startswith("Error: experiment title '")


class TestWhichJob:
    @pytest.mark.parametrize(
        ("word", "job"), [("0", "first"), (0, "first"), ("1", "0"), ("2", "last"), ("last", "last")]
    )
    def test_an_index_comes_before_an_id(self, saved, word, job):
        assert find_job(open_experiment(saved, None), word).id == job

    def test_a_handle(self, saved):
        experiment = open_experiment(saved, None)
        handle = experiment.jobs[2].handles[0]
        assert find_job(experiment, handle).id == "last"

    @pytest.mark.parametrize("command", ["logs", "cancel"])
    @pytest.mark.parametrize("word", ["3", "nobody", "²"])
    def test_an_unknown_one_names_the_jobs(self, saved, command, word):
        line = complaint(nemorun("experiment", command, saved, word))
        assert line == f"Error: experiment {saved} has no job {word!r}; its jobs are 0: first, 1: 0, 2: last"


class TestLogs:
    def test_of_a_run_in_the_launching_process(self, saved):
        assert nemorun("experiment", "logs", saved).stdout == "first/0 this is first\n"

    def test_with_a_pattern(self, saved):
        assert nemorun("experiment", "logs", saved, "--regex", "nothing like it").stdout == ""
        assert nemorun("experiment", "logs", saved, "--regex", "^this").stdout == "first/0 this is first\n"

    def test_of_a_job_that_was_never_launched(self, home):
        with nemo_run.Experiment("waiting") as exp:
            exp.add(nemo_run.Script(inline="echo"), name="idle")
            exp.dryrun(log=False, delete_exp_dir=False)
        line = complaint(nemorun("experiment", "logs", "waiting"))
        assert line == "Error: job 'idle' has no output: it was not launched"

    def test_a_bad_pattern(self, saved):
        assert "'('" in complaint(nemorun("experiment", "logs", saved, "--regex", "("))


class TestWait:
    def test_succeeds_when_all_have_succeeded(self, saved):
        assert nemorun("experiment", "wait", saved).exit_code == 0

    def test_fails_for_jobs_that_were_never_launched(self, home):
        with nemo_run.Experiment("waiting") as exp:
            exp.add(nemo_run.Script(inline="echo"), name="idle")
            exp.dryrun(log=False, delete_exp_dir=False)
        done = nemorun("experiment", "wait", "waiting")
        assert (done.exit_code, done.stderr) == (1, "")
        assert "Status: UNSUBMITTED" in done.stdout

    def test_gives_up_in_time_while_somebody_is_about_to_launch(self, home):
        with nemo_run.Experiment("waiting") as exp:
            exp.add(nemo_run.Script(inline="echo"), name="idle")
            exp.dryrun(log=False, delete_exp_dir=False)
        let_go = exp._services.store.hold(exp._exp_dir)
        try:
            done = nemorun("experiment", "wait", "waiting", "--timeout", "0.1")
        finally:
            let_go()
        assert done.exit_code == 124
        assert "after 0.1 s these jobs" in done.stderr


class TestOutput:
    def test_the_environment_asks_for_json(self, saved):
        assert json.loads(nemorun("experiment", "list", NEMORUN_OUTPUT="json").stdout) == ["saved"]

    def test_an_unknown_kind_of_output_is_an_error(self, saved):
        line = complaint(nemorun("experiment", "status", saved, NEMORUN_OUTPUT="xml"))
        assert "NEMORUN_OUTPUT" in line

    def test_a_clean_experiment_is_shown_too(self, home):
        with nemo_run.Experiment("clean", clean_mode=True) as exp:
            exp.add(nemo_run.Script(inline="echo"), name="a")
            exp.run(direct=True)
        assert "Task 0: a" in nemorun("experiment", "status", "clean").stdout

    def test_an_empty_home_has_no_titles(self, home):
        done = nemorun("experiment", "list")
        assert (done.exit_code, done.stdout) == (0, "Titles of experiments: none\n")

    def test_a_folder_that_cannot_be_written_is_one_line(self, saved):
        assert "/dev/null" in complaint(nemorun("experiment", "export", saved, "/dev/null/out"))


class TestUsage:
    @pytest.mark.parametrize(
        "words",
        [["status"], ["list", "a", "b"], ["wait", "x", "--timeout", "-1"], ["logs", "x", "-z"], ["bogus"]],
    )
    def test_wrong_usage_is_exit_code_2(self, home, words):
        done = nemorun("experiment", *words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "Usage:" in done.stderr

    def test_the_version(self):
        done = nemorun("--version")
        assert (done.exit_code, done.stdout) == (0, f"nemo_run {nemo_run.__version__}\n")

    def test_the_commands(self):
        done = nemorun("experiment", "--help")
        assert all(f"  {name} " in done.stdout for name in (*COMMANDS, "list", "export"))


class TestForPrograms:
    def test_the_application_takes_further_commands_and_a_callback(self, saved):
        app, seen = create_cli(), []

        @app.callback()
        def before(loud: bool = False):
            seen.append(loud)

        @app.command("greet")
        def greet():
            typer.echo("good day")

        assert CliRunner().invoke(app, ["--loud", "greet"]).stdout == "good day\n"
        assert CliRunner().invoke(app, ["experiment", "list", "--json"]).stdout == '["saved"]\n'
        assert seen == [True, False]

    def test_each_application_is_its_own(self):
        assert create_cli() is not create_cli()

    def test_the_module_of_the_program_has_one(self):
        import nemo_run.__main__ as program

        assert program.app is program.app
        with pytest.raises(AttributeError, match="nothing"):
            _ = program.nothing

    def test_the_commands_are_functions_that_raise(self, saved, capsys):
        capsys.readouterr()
        commands.list("saved")
        commands.logs(saved, 1)
        assert saved in capsys.readouterr().out
        with pytest.raises(NotFoundError):
            commands.status("nothing")

    def test_names_of_the_package(self):
        import nemo_run.cli as cli

        assert set(cli.__all__) <= set(dir(cli))
        with pytest.raises(AttributeError, match="nothing"):
            _ = cli.nothing
