"""Options with values that cannot be meant."""

import pytest

TEXTS = ["name", "factory", "load", "yaml", "executor", "to-yaml", "to-toml", "to-json"]


@pytest.mark.parametrize("option", TEXTS)
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_value_is_no_value(scripts, option, value):
    done = scripts.run("net=wide", "--yes", f"--{option}", value)
    assert (done.code, done.out) == (2, "")
    assert "Usage: s.py" in done.err
    assert f"Option '--{option}' requires a value; it is empty." in done.err


@pytest.mark.parametrize("option", [*TEXTS, "plugins"])
@pytest.mark.parametrize("value", ["", " "])
def test_a_word_for_an_option_has_a_value(scripts, option, value):
    word = f"run.{option.replace('-', '_')}={value}"
    done = scripts.run("net=wide", "--yes", word)
    assert (done.code, done.out) == (1, "")
    assert "is empty: give a" in done.err


def test_a_block_has_values(scripts):
    (scripts.folder / "f.yaml").write_text("run: {to_yaml: ''}\nnet: {_factory_: wide}\n")
    done = scripts.run("--yaml", "f.yaml", "--yes")
    assert (done.code, done.out) == (1, "")
    assert "run.to_yaml in the file is empty" in done.err


def test_defaults_have_values(scripts):
    done = scripts.run("--yes", main="run.cli.main(fit, cmd_defaults={'to_yaml': ''})")
    assert done.code == 1
    assert "cmd_defaults['to_yaml'] is empty" in done.err


@pytest.mark.parametrize("option", ["yaml", "to-yaml", "to-toml", "to-json"])
def test_no_file_is_dropped_silently(scripts, option):
    done = scripts.run("net=wide", "--yes", f"--{option}", "a.yaml", f"--{option}=b.yaml")
    assert (done.code, done.out) == (2, "")
    assert f"Option '--{option}' can be given only once." in done.err


def test_other_options_may_be_corrected(scripts):
    assert "Launching b..." in scripts.run("net=wide", "--yes", "--name", "a", "--name", "b").out


def test_a_section_is_no_file(scripts):
    done = scripts.run("net=wide", "--to-yaml", ":net")
    assert done.code == 1
    assert "':net' names no file to write; write PATH:net" in done.err
