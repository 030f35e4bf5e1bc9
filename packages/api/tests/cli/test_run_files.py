"""Files: exports that load again, and the ``run:`` block."""

import json

import pytest

EXPERIMENT = "run.cli.main(many, type='experiment')"
WORDS = ["net=wide", "net.dims=[1,2]", "opt=sgd", "opt.lr=0.25", "steps=5", "title=a: b", "nets=[wide(1)]"]


@pytest.mark.parametrize("option", ["yaml", "toml", "json"])
def test_an_export_is_accepted_again(scripts, option):
    done = scripts.run(*WORDS, f"--to-{option}", f"o.{option}")
    assert (done.code, done.err) == (0, ""), done
    assert f"Configuration exported to {option.upper()}: o.{option}\n" in done.out
    assert (scripts.folder / f"o.{option}").read_text().strip() in done.out
    assert done.out.endswith("Export complete. Skipping execution.\nafter\n")
    straight = scripts.run(*WORDS, "--to-json", "straight.json").out
    again = scripts.run("--yaml", f"o.{option}", "--to-json", "straight.json").out
    as_factory = scripts.run("--factory", f"@o.{option}", "--to-json", "straight.json").out
    assert straight == again == as_factory


def test_one_section_and_several_files(scripts):
    done = scripts.run(*WORDS, "--to-yaml", "net.yaml:net", "--to-json", "lr:opt.lr", "--to-toml", "all.toml")
    assert done.code == 0, done
    assert "Configuration exported to YAML: net.yaml (section: net)" in done.out
    assert json.loads((scripts.folder / "lr").read_text()) == 0.25
    assert "fit 64 gelu 5 " in scripts.run("--yes", "net=@net.yaml", "steps=5").out


SECTIONS = ["net", "net.dims", "opt.lr", "ids", "nets", "title"]


@pytest.mark.parametrize("option", ["yaml", "json"])
def test_sections_of_any_kind_are_read_again(scripts, option):
    exports = [word for key in SECTIONS for word in (f"--to-{option}", f"{key}.{option}:{key}")]
    words = [*WORDS, "ids=[]", "title='5'"]
    for i in range(0, len(exports), 2):
        assert scripts.run(*words, *exports[i : i + 2]).code == 0
    read = [f"{key}=@{key}.{option}" for key in SECTIONS]
    again = scripts.run(*read, "opt.decay=0", "steps=5", "--to-json", "again.json")
    assert again.code == 0, again
    straight = scripts.run(*words, "opt.decay=0", "--to-json", "again.json")
    assert straight.out == again.out


@pytest.mark.parametrize("option", ["yaml", "toml", "json"])
def test_a_file_without_suffix_is_read_again(scripts, option):
    assert scripts.run(*WORDS, f"--to-{option}", "bare").code == 0
    straight = scripts.run(*WORDS, "--to-json", "straight.json").out
    for words in (["--yaml", "bare"], ["--factory", "@bare"], ["--factory", "@./bare"]):
        assert scripts.run(*words, "--to-json", "straight.json").out == straight
    (scripts.folder / "all").write_text("{'one': {net: {width: 3}}, two: [1]}")
    assert "fit 3 relu 10 " in scripts.run("--yaml", "all:one", "--yes").out


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "it is empty"), ("# no\n", "it is empty"), ("[1]", "holds [1]"), ("{a: [", "bare: line")],
)
def test_a_file_without_suffix_that_cannot_be_used(scripts, text, message):
    (scripts.folder / "bare").write_text(text)
    done = scripts.run("--yaml", "bare", "--yes")
    assert done.code == 1
    assert message in done.err


NULLS = """
def keep(some: int | None = 3, none: int | None = None, table: dict | None = None, net: Net | None = None):
    print("kept", some, none, table)

run.cli.main(keep)
"""


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (["some=None"], "some"),
        (["net=wide", "net.act=None"], None),
        (["net=wide", "table={'a': {'b': None}}"], "table.a.b"),
        (["net=wide", "none=None", "table=None"], None),
    ],
)
def test_toml_does_not_lose_nulls(scripts, words, path):
    done = scripts.run(*words, "--to-toml", "o.toml", main=NULLS)
    if path is None:
        assert done.code == 0, done
        return
    assert done.code == 1
    expected = f"Failed to export configuration to TOML: o.toml: {path} is None, and TOML has no null"
    assert f"{expected}; use YAML or JSON" in done.err
    assert not (scripts.folder / "o.toml").exists()
    assert scripts.run(*words, "--to-yaml", "o.yaml", main=NULLS).code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--to-yaml", "o.txt"], "Unsupported file extension: .txt"),
        (["--to-yaml", "o.yaml:nosuch"], "Section 'nosuch' not found in configuration"),
        (["--to-yaml", "o.yaml:net.nosuch"], "Section 'net.nosuch' not found in configuration"),
        (
            ["--to-toml", "o.toml", "--to-yaml", "/proc/nosuch/o.yaml"],
            "Failed to export configuration to YAML",
        ),
    ],
)
def test_what_cannot_be_exported(scripts, words, text):
    done = scripts.run(*WORDS, *words)
    assert done.code == 1
    assert text in done.err
    assert done.err.count("Error:") == 1
    assert not (scripts.folder / "o.yaml").exists()


def test_an_export_needs_no_complete_configuration(scripts):
    assert scripts.run("steps=3", "--to-yaml", "o.yaml").code == 0
    assert "fit 64 gelu 3 " in scripts.run("--yaml", "o.yaml", "net=wide", "--yes").out


def test_experiments_leave_out_their_context(scripts):
    done = scripts.run("net=wide", "steps=3", "--to-yaml", "o.yaml", main=EXPERIMENT)
    assert done.code == 0, done
    assert "ctx" not in (scripts.folder / "o.yaml").read_text()
    done = scripts.run("--yaml", "o.yaml", "--dryrun", main=EXPERIMENT)
    assert done.code == 0, done
    assert "many many True NoneType 64" in done.out


RUN_BLOCK = """
run:
  name: from-file
  skip_confirmation: true
  executor: {_factory_: ex(nodes=2), retries: 3}
  plugins: [plug, {_factory_: plug, steps: 5}]
  direct: true
net: {_factory_: wide}
"""


def test_the_run_block_of_a_file(scripts):
    (scripts.folder / "f.yaml").write_text(RUN_BLOCK)
    done = scripts.run("--yaml", "f.yaml")
    assert done.code == 0, done
    assert "Launching from-file..." in done.out
    assert "ntasks_per_node = 2" in done.out
    assert "retries = 3" in done.out
    assert "fit 64 gelu 5 " in done.out


def test_words_and_options_beat_the_run_block(scripts):
    (scripts.folder / "f.yaml").write_text(RUN_BLOCK)
    done = scripts.run("--yaml", "f.yaml", "--name", "mine", "run.executor=None", "run.plugins=plug(steps=9)")
    assert done.code == 0, done
    assert "Launching mine..." in done.out
    assert "retries" not in done.out
    assert "Plug not applied" in done.err
    assert "fit 64 gelu 10 " in done.out


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("nam: x", "Did you mean 'name'"),
        ("detach: perhaps", "detach"),
        ("executor: nosuch", "Executor nosuch not found"),
        ("executor: 5", "5"),
        ("executor: {retries: 3}", "_factory_"),
        ("executor: {_factory_: ex, bogus: 3}", "bogus"),
        ("plugins: nosuch", "Plugin nosuch not found"),
    ],
)
def test_a_run_block_that_cannot_be(scripts, block, text):
    (scripts.folder / "f.yaml").write_text(f"run: {{{block}}}\nnet: {{_factory_: wide}}\n")
    done = scripts.run("--yaml", "f.yaml", "--yes")
    assert done.code == 1
    assert text in done.err
    assert done.err.count("Error:") == 1


def test_run_factory_is_the_factory(scripts):
    (scripts.folder / "f.yaml").write_text("run: {factory: base}\nsteps: 3\n")
    assert "fit 64 gelu 3 " in scripts.run("--yaml", "f.yaml", "--yes").out
    assert "fit 64 gelu 100 " in scripts.run("run.factory=base", "--yes").out
    assert "fit 64 gelu 100 " in scripts.run("--factory", "base", "--yes").out


def test_which_factory_counts(scripts):
    (scripts.folder / "f.yaml").write_text("_factory_: base\n")
    main = "run.cli.main(fit, default_factory=other)"
    main = f"def other() -> run.Partial[fit]:\n    return run.Partial(fit, net=wide(), steps=7)\n\n{main}"
    assert "fit 64 gelu 7 " in scripts.run("--yes", main=main).out
    assert "fit 64 gelu 100 " in scripts.run("--yes", "--yaml", "f.yaml", main=main).out
    assert "fit 64 gelu 100 " in scripts.run("--yes", "--factory", "base", main=main).out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "# c\nrun:\n  nme: x\n",
            "f.yaml, line 3, at run.nme: run.nme in the file is no option. Did you mean 'name'?",
        ),
        (
            "run:\n  detach: maybe\n",
            "f.yaml, line 2, at run.detach: run.detach in the file: 'maybe' is no bool",
        ),
        ("run:\n  executor: nosuch\n", "f.yaml, line 2, at run.executor: Executor nosuch not found"),
        (
            "steps: 3\nexecutor: x\n",
            "f.yaml, line 2, at executor: 'executor' is no parameter of the function; ",
        ),
        (
            "name: x\n",
            "f.yaml, line 1, at name: 'name' is no parameter of the function; a setting of the run ",
        ),
    ],
)
def test_wrong_settings_of_the_run_are_told_with_their_place(scripts, text, message):
    (scripts.folder / "f.yaml").write_text(text)
    done = scripts.run("--yaml", "f.yaml", "net=wide", "--yes")
    assert done.code == 1
    assert message in done.err
