"""What commands say to wrong words, and to those who ask for help."""

import sys

import pytest

SIMPLE = "run.cli.main(fit, enable_executor=False)"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("--name", "Option '--name' requires an argument."),
        ("--yes=1", "Option '--yes' does not take a value."),
        ("--help=2", "Option '--help' does not take a value."),
    ],
)
def test_every_usage_error_comes_with_the_usage(scripts, words, text):
    done = scripts.run(words)
    assert done.code == 2
    assert done.err.startswith("Usage: s.py [OPTIONS] [ARGUMENTS]\n")
    assert text in done.err


@pytest.mark.parametrize(
    ("words", "main", "text"),
    [
        ("a --yes", SIMPLE, "No such option: --yes\n"),
        ("--stps=5", "run.cli.main(fit)", "No such option: --stps (did you mean steps=5?)"),
        ("--net.width=5", "run.cli.main(fit)", "No such option: --net.width (did you mean net.width=5?)"),
        ("--zzz=5", "run.cli.main(fit)", "No such option: --zzz\n"),
        ("steps=1 -- --yes", "run.cli.main(fit)", "--yes stands behind --, where no options are"),
    ],
)
def test_only_what_exists_is_suggested(scripts, words, main, text):
    done = scripts.run(*words.split(), main=main)
    assert done.code == 2
    assert text in done.err


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("steps", "Invalid overwrite format: steps. It has no value: write steps=VALUE"),
        ("", "Invalid overwrite format: ''. An overwrite is key=value."),
        ("a b", "Invalid overwrite format: a b. An overwrite is key=value."),
    ],
)
def test_words_without_a_value(scripts, word, text):
    assert text in scripts.run("net=wide", "--yes", word).complaint


def test_one_missing_value_is_one(scripts):
    assert scripts.run("--yes").complaint.endswith("; give it as net=VALUE")
    assert scripts.run("opt=Config", "--yes").complaint.endswith("; give them as net=VALUE")


def test_the_context_is_no_argument_that_is_missing(scripts):
    done = scripts.run("net=wide", "--dryrun", main="run.cli.main(many, type='experiment')")
    assert done.code == 0, done
    assert "ctx" not in done.out
    assert "<unset>" not in done.out


def test_help_that_cannot_be_written(scripts):
    done = scripts.run("--help", closing="> /dev/full")
    assert done.code == 1
    assert "No space left on device" in done.complaint


def nemorun(desk, *words):
    return desk.run([sys.executable, "-m", "nemo_run", *words])


def test_help_of_the_program_that_cannot_be_written(desk):
    done = desk.run(["bash", "-c", f"exec {sys.executable} -m nemo_run --help > /dev/full"])
    assert done.code == 1
    assert "No space left on device" in done.complaint


def test_a_lazy_command_that_does_not_exist_is_wrong_usage(desk):
    done = nemorun(desk, "--lazy", "nosuch", "--yes")
    assert (done.code, done.out) == (2, "")
    assert "Usage: nemorun --lazy nosuch [OPTIONS] [ARGUMENTS]" in done.err
    assert "Entrypoint 'nosuch' not found" in done.err


@pytest.mark.parametrize(
    ("words", "path"), [(["llm", "train"], "llm train"), (["x=1"], "COMMAND..."), ([], "COMMAND...")]
)
def test_help_of_a_lazy_command_names_it(desk, words, path):
    done = nemorun(desk, "--lazy", *words, "--help")
    assert done.code == 0, done
    assert done.out.startswith(f"Usage: nemorun --lazy {path} [OPTIONS] [ARGUMENTS]\n")


def test_a_wrong_option_of_the_program_comes_with_the_usage(desk):
    done = nemorun(desk, "experiment", "list", "--json=1")
    assert done.code == 2
    assert done.err.startswith("Usage: nemorun experiment list")
