"""The ``run:`` block of a file together with words."""

import os
import threading

import pytest

BLOCK = """
run:
  skip_confirmation: true
  executor: {_factory_: ex, retries: 3}
  plugins: [plug, {_factory_: plug, steps: 5}]
  direct: true
net: {_factory_: wide}
"""


@pytest.mark.parametrize("option", ["--yaml f.yaml", "--factory @f.yaml", "run.yaml=f.yaml"])
@pytest.mark.parametrize("prefix", ["", "run."])
def test_words_change_the_executor_of_a_file(scripts, option, prefix):
    (scripts.folder / "f.yaml").write_text(BLOCK)
    done = scripts.run(*option.split(), f"{prefix}executor.ntasks_per_node=7")
    assert done.code == 0, done
    assert "ntasks_per_node = 7" in done.out
    assert "retries = 3" in done.out


def test_words_change_the_plugins_of_a_file(scripts):
    (scripts.folder / "f.yaml").write_text(BLOCK)
    done = scripts.run("--yaml", "f.yaml", "plugins[1].steps=9")
    assert done.code == 0, done
    assert "fit 64 gelu 9 " in done.out


def test_an_option_beats_the_executor_of_a_file(scripts):
    (scripts.folder / "f.yaml").write_text(BLOCK.replace("ex,", "nosuch,"))
    done = scripts.run("--yaml", "f.yaml", "--executor", "ex(nodes=4)", "executor.retries=1")
    assert done.code == 0, done
    assert "ntasks_per_node = 4" in done.out
    assert "retries = 1" in done.out


def test_a_file_may_take_the_executor_away(scripts):
    (scripts.folder / "f.yaml").write_text("run: {executor: null}\nnet: {_factory_: wide}\n")
    main = "run.cli.main(fit, default_executor=run.Config(run.LocalExecutor))"
    assert "this process\n" in scripts.run("--yaml", "f.yaml", "--yes", main=main).out
    done = scripts.run("--yaml", "f.yaml", "--yes", "executor.retries=1", main=main)
    assert "executor.retries=1 has no executor to change" in done.err


def test_the_block_changes_the_default_executor(scripts):
    (scripts.folder / "f.yaml").write_text("run: {executor: {retries: 2}}\nnet: {_factory_: wide}\n")
    main = "run.cli.main(fit, default_executor=run.Config(run.LocalExecutor, ntasks_per_node=3))"
    done = scripts.run("--yaml", "f.yaml", "--dryrun", "executor.env_vars={'A': 'b'}", main=main)
    assert done.code == 0, done
    assert all(text in done.out for text in ("ntasks_per_node = 3", "retries = 2", "A = 'b'")), done.out


@pytest.mark.parametrize("name", ["yaml", "load"])
def test_a_file_names_no_other_file(scripts, name):
    (scripts.folder / "f.yaml").write_text(f"run: {{{name}: other.yaml}}\nnet: {{_factory_: wide}}\n")
    done = scripts.run("--yaml", "f.yaml", "--yes")
    assert done.code == 1
    assert f"run.{name} in the file: a file cannot name another one; give --{name}" in done.err


def test_a_file_is_read_once(scripts):
    path = scripts.folder / "pipe.yaml"
    os.mkfifo(path)
    threading.Thread(target=path.write_text, args=(BLOCK,), daemon=True).start()
    done = scripts.run("--yaml", "pipe.yaml", "executor.retries=1")
    assert done.code == 0, done
    assert "retries = 1" in done.out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("run.detach=maybe", "(in 'run.detach=maybe')"),
        ("executor=ex executor.n=2", "(in 'executor.n=2')"),
        ("executor=ex(nt=2)", "(in 'executor=ex(nt=2)')"),
        ("run.executor.n=2", "Error: run.executor.n=2 has no executor to change"),
        ("run.plugins[0].level=3", "Error: run.plugins[0].level=3 has no plugin to change"),
        ("plugins=plug plugins.bogus=3", "(in 'plugins.bogus=3')"),
    ],
)
def test_errors_quote_what_was_typed(scripts, words, text):
    done = scripts.run("net=wide", "--yes", *words.split())
    assert done.code == 1
    assert text in done.err
