"""How scripts end: exit codes, messages, and whether they go on."""

import pytest

from nemo_run.cli import _ending
from nemo_run.cli._run import endings
from nemo_run.cli._run.options import Manner
from nemo_run.exceptions import InvalidConfigError, WaitTimeoutError

EXPERIMENT = "run.cli.main(many, type='experiment')"


@pytest.mark.parametrize(
    ("words", "code", "goes_on"),
    [
        ("net=wide --yes", 0, True),
        ("net=wide --dryrun", 0, True),
        ("net=wide --to-yaml o.yaml", 0, True),
        ("--help", 0, True),
        ("net=wide --yes title=boom", 1, False),
        ("net=wide --yes title=exit", 7, False),
        ("net=wide --yes title=interrupt", 130, False),
        ("net=wide --yes mode=c", 1, False),
        ("net=wide --yes run.bogus=1", 1, False),
        ("net=wide --yes run=1", 1, False),
        ("net=wide --yes steps", 1, False),
        ("--factory nosuch --yes", 1, False),
        ("net=wide --yaml missing.yaml --yes", 1, False),
        ("net=@missing.yaml --yes", 1, False),
        ("net=wide --to-yaml o.yaml:nosuch", 1, False),
        ("--name", 2, False),
        ("--steps=5", 2, False),
        ("-x", 2, False),
        ("net=wide --yes -- --steps=5", 2, False),
    ],
)
def test_exit_codes(scripts, words, code, goes_on):
    done = scripts.run(*words.split())
    assert done.code == code, done
    assert ("after" in done.out.splitlines()) == goes_on
    assert done.err.count("Error:") == (code in (1, 2))


def test_an_error_of_the_user_comes_with_a_traceback_of_the_users_code(scripts):
    done = scripts.run("net=wide", "--yes", "title=boom")
    assert 'KeyError: "user\'s own"' in done.err
    assert "fitting.py" in done.err
    assert "nemo_run/" not in done.err.replace("fiddle", "")
    assert "Error:" not in done.err.replace("KeyError:", "")


def test_everything_is_told_to_who_asks(scripts):
    done = scripts.run("net=wide", "--yes", "bogus=1", "--verbose")
    assert done.code == 1
    assert "Traceback" in done.err
    assert "Configuring global options" in done.out


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (WaitTimeoutError("too slow"), 124, "too slow"),
        (InvalidConfigError("odd"), 1, "odd"),
        (RuntimeError("boom"), 1, "boom"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
        (None, 0, ""),
    ],
)
def test_telling_more_changes_no_exit_code(error, code, told, verbose, capsys, monkeypatch):
    monkeypatch.setattr(_ending, "_discard_output", lambda: None)
    monkeypatch.setattr(_ending, "is_output_closed", lambda: True)

    def call():
        if error:
            raise error

    assert endings.code_of(call, Manner(verbose=verbose)) == code
    shown = capsys.readouterr().err
    assert told in shown
    assert ("Traceback" in shown) == (bool(told) and (verbose or isinstance(error, RuntimeError)))


def test_nothing_is_configured_aloud(scripts):
    assert "Configuring" not in scripts.run("net=wide", "--dryrun").out


def test_an_unknown_option_is_explained(scripts):
    done = scripts.run("--steps=5")
    assert "did you mean steps=5" in done.err
    assert "Usage: s.py" in done.err
    assert "did you mean --dryrun" in scripts.run("--dryrn").err


def test_a_job_that_fails_makes_the_command_fail(scripts):
    done = scripts.run("net=wide", "--yes", "title=boom", "executor=ex")
    assert done.code == 1
    assert "after" not in done.out.splitlines()
    assert "FAILED" in done.err


@pytest.mark.parametrize(("steps", "code"), [(1, 0), (13, 1)])
def test_a_job_of_an_experiment_that_fails_makes_the_command_fail(scripts, steps, code):
    done = scripts.run("net=wide", "--yes", f"steps={steps}", "executor=ex", main=EXPERIMENT)
    assert done.code == code, done
    assert "left" in done.out
    assert ("two FAILED" in done.err) == bool(code)


def test_missing_arguments_are_named_with_their_types_before_anything_is_shown(scripts):
    done = scripts.run("opt=Config", "net=wide")
    assert done.code == 1
    assert done.out == ""
    assert "opt.lr (float)" in done.err


def test_defaults_of_the_script_give_way(scripts):
    main = "run.cli.main(fit, cmd_defaults={'dryrun': True, 'skip_confirmation': True})"
    assert "fit 64" not in scripts.run("net=wide", main=main).out
    assert "fit 64" in scripts.run("net=wide", "--no-dryrun", main=main).out


def test_defaults_of_the_entry_point_come_back_after_an_error(scripts):
    main = (
        "fit = run.cli.entrypoint(fit)\n"
        "try:\n    run.cli.main(fit, default_factory=base)\n"
        "except SystemExit as error:\n    print(error.code)\n"
        "print(fit.cli_entrypoint.default_factory)"
    )
    done = scripts.run("bogus=1", "--yes", main=main)
    assert done.out.splitlines() == ["1", "None", "after"]


def test_options_of_main_for_a_decorated_function_are_an_error(scripts):
    done = scripts.run("--yes", main="fit = run.cli.entrypoint(fit)\nrun.cli.main(fit, namespace='x')")
    assert done.code == 1
    assert "namespace" in done.err


def test_a_script_that_is_loaded_runs_nothing(scripts):
    main = "run.cli.main(fit)\nprint(run.cli.api.MAIN_ENTRYPOINT.name)"
    assert scripts.run(main=main, LAZY_CLI="true").out.splitlines() == ["fit", "after"]


RICH = """def go(api_token: str = 'hunter2'):
    raise ValueError('mine')

run.cli.main(go, skip_confirmation=True)"""


@pytest.mark.parametrize(
    ("options", "environ", "has_frame", "has_locals"),
    [
        ((), {}, False, False),
        (("--rich-exceptions",), {}, True, True),
        (("--rich-exceptions", "--rich-hide-locals"), {}, True, False),
        ((), {"NEMORUN_PRETTY_EXCEPTIONS": "true"}, True, True),
        (("--no-rich-exceptions",), {"NEMORUN_PRETTY_EXCEPTIONS": "true"}, False, False),
    ],
)
def test_tracebacks_in_colour_are_wanted_or_not(scripts, options, environ, has_frame, has_locals):
    done = scripts.run(*options, main=RICH, **environ)
    assert done.code == 1
    assert "ValueError: mine" in done.err
    assert ("╭" in done.err, "locals" in done.err) == (has_frame, has_locals)
    assert "= 'hunter2'" not in done.err.replace("api_token: str = 'hunter2'", "")
    assert "nemo_run/cli" not in done.err


@pytest.mark.parametrize(
    ("options", "is_shown"), [((), True), (("--tail-logs",), True), (("--no-tail-logs",), False)]
)
def test_output_of_a_job_is_shown_unless_told_otherwise(scripts, options, is_shown):
    done = scripts.run("net=wide", "--yes", "executor=ex", *options)
    assert done.code == 0, done
    assert ("fit 64 gelu" in done.out + done.err) == is_shown


def test_a_dry_run_shows_what_would_be_sent_and_leaves_nothing_behind(scripts):
    done = scripts.run(
        "net=wide", "--dryrun", "executor=ex", "executor.env_vars={'HF_TOKEN': 'hunter2', 'A': 'b'}"
    )
    assert done.code == 0, done
    assert "command: " in done.out
    assert "A=b" in done.out
    assert "hunter2" not in done.out + done.err
    assert not list(scripts.folder.glob("home/experiments/*/*"))


def test_a_task_with_a_context_runs_elsewhere(scripts):
    main = "run.cli.main(told)"
    fitting = scripts.folder / "fitting.py"
    fitting.write_text(
        fitting.read_text()
        + "\ndef told(ctx: run.cli.RunContext, a: int = 1):\n    print('told', ctx.name, ctx.detach, a)\n"
    )
    done = scripts.run("executor=ex", "--yes", "--name", "n", main=main)
    assert done.code == 0, done
    assert "told n False 1" in done.out + done.err


def test_a_factory_may_be_named_by_the_script(scripts):
    assert "fit 64 gelu 100 " in scripts.run("--yes", main="run.cli.main(fit, default_factory='base')").out


def test_where_standard_output_is_closed(scripts):
    done = scripts.run("net=wide", "--yes", closing=">&-")
    assert (done.code, done.err) == (0, "")


SHELL = """
class InteractiveShellEmbed:
    def __init__(self, **how):
        print(how["banner1"])

    def __call__(self, *, local_ns):
        task = local_ns["task"]
        task.steps += 1
        local_ns["run_task"]()
        print(type(task).__name__)
"""


def test_a_task_can_be_changed_in_ipython(scripts):
    for name, text in {"__init__": "", "terminal/__init__": "", "terminal/embed": SHELL}.items():
        path = scripts.folder / "IPython" / f"{name}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    done = scripts.run("net=wide", "--repl")
    assert done.code == 0, done
    assert "fit 64 gelu 11 " in done.out
    assert "run_task()" in done.out
    assert "Continue?" not in done.out


def test_without_ipython_there_is_no_repl(scripts):
    (scripts.folder / "IPython.py").write_text("raise ImportError('no')")
    done = scripts.run("net=wide", "--repl")
    assert (done.code, done.err) == (1, "Error: --repl needs IPython: pip install ipython\n")
